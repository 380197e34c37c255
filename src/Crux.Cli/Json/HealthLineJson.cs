using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Json;

/// <summary>One line of a health report.</summary>
internal sealed record HealthLineJson(
    string By, string Name, string Node, string State, string Reason, uint Up, uint Expected, double? Available,
    double UpSeconds, double DrainingSeconds, double DownSeconds, double UnknownSeconds, double LeftSeconds, uint ChangeCount, string Timeline, IReadOnlyList<HealthChangeJson> Changes)
{
    public static HealthLineJson Of(HealthLine line) => new(
        HealthWords.Of(line.Level), line.Name, line.Node, HealthWords.Of(line.State), line.Reason, line.Up, line.Expected, HealthWords.Available(line.Tally),
        line.Tally.UpMs / 1000.0, line.Tally.DrainingMs / 1000.0, line.Tally.DownMs / 1000.0, line.Tally.UnknownMs / 1000.0, line.Tally.LeftMs / 1000.0,
        line.ChangeCount, line.Timeline, [.. line.Changes.Select(change => new HealthChangeJson(Words.At(change.AtUnixMs), HealthWords.Of(change.State), change.Reason))]);
}

using Crux.Protos;

namespace Crux.Cli.Text;

/// <summary>The availability history in the words that tables and JSON share.</summary>
internal static class HealthWords
{
    /// <summary>What a line can be about, as <c>--by</c> takes it.</summary>
    public static IReadOnlyList<string> Levels { get; } = ["place", "instance", "service", "node", "group"];

    public static HealthLevel LevelOf(string word) => (HealthLevel)(Levels.ToList().IndexOf(word) + 1);

    public static string Of(HealthLevel level) => level is >= HealthLevel.Place and <= HealthLevel.Group ? Levels[(int)level - 1] : "unknown";

    public static string Of(HealthState state) => state switch
    {
        HealthState.Up => "up",
        HealthState.Draining => "draining",
        HealthState.Down => "down",
        HealthState.Left => "left",
        _ => "unknown",
    };

    public static Cell Painted(HealthState state) => new(
        Of(state), state switch { HealthState.Up => Tone.Good, HealthState.Down => Tone.Bad, HealthState.Left => Tone.Faint, _ => Tone.Warn });

    /// <summary>The part of the time that it was up, of the time in which it was missed when it was not; null where there was none.</summary>
    public static double? Available(HealthTally tally)
    {
        var expected = tally.UpMs + tally.DrainingMs + tally.DownMs + tally.UnknownMs;
        return expected == 0 ? null : (double)tally.UpMs / expected;
    }
}

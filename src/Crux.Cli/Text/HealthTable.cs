using System.Globalization;
using Crux.Protos;

namespace Crux.Cli.Text;

/// <summary>A health report for people: a line and a timeline each, what the signs mean, and the newest changes.</summary>
internal static class HealthTable
{
    /// <summary>Signs of a timeline in a pipe.</summary>
    public const int PipePieces = 48;

    /// <summary>The most changes that are spelled out; JSON has them all.</summary>
    public const int MaxChanges = 20;

    // What stands beside the timeline, about, and what a timeline needs to tell anything.
    private const int Beside = 56, FewestPieces = 16, MostPieces = 96;

    /// <summary>How many signs a timeline should have here.</summary>
    public static int PiecesFor(Terminal terminal) => terminal.Width is { } width ? Math.Clamp(width - Beside, FewestPieces, MostPieces) : PipePieces;

    public static void Write(Terminal terminal, HealthLevel level, ShowHealthReply window, IReadOnlyList<HealthLine> lines, int pieces)
    {
        var isPlace = level == HealthLevel.Place;
        var table = isPlace ? new TextTable("INSTANCE", "NODE", "NOW", "UP", "TIMELINE", "") : new TextTable(HealthWords.Of(level).ToUpperInvariant(), "NOW", "COUNT", "UP", "TIMELINE", "");
        foreach (var line in lines)
        {
            Cell[] first = isPlace
                ? [new(line.Name, Tone.Strong), line.Node, HealthWords.Painted(line.State)]
                : [new(line.Name, Tone.Strong), HealthWords.Painted(line.State), string.Create(CultureInfo.InvariantCulture, $"{line.Up}/{line.Expected}")];
            table.Add([.. first, Percent(line), line.Timeline, line.Reason]);
        }
        table.Write(terminal);
        terminal.Out.WriteLine();
        var piece = TimeSpan.FromMilliseconds((double)(window.UntilUnixMs - window.FromUnixMs) / pieces);
        Paragraph.Write(
            terminal.Out, terminal, new Cell("Signs:", Tone.Faint),
            $"= up, ~ draining, x down, / partly down, ? unknown, - left on purpose, blank: not on record. Each is {SpanText.Brief(piece)}; the last one is now.");
        WriteChanges(terminal, window, lines);
    }

    private static void WriteChanges(Terminal terminal, ShowHealthReply window, IReadOnlyList<HealthLine> lines)
    {
        var changes = lines.SelectMany(line => line.Changes.Where(change => change.AtUnixMs > window.FromUnixMs).Select(change => (Line: line, Change: change)))
            .OrderBy(it => it.Change.AtUnixMs).TakeLast(MaxChanges).ToList();
        if (changes.Count == 0)
            return;
        terminal.Out.WriteLine();
        var table = new TextTable("AT", "INSTANCE", "NODE", "BECAME", "WHY");
        foreach (var (line, change) in changes)
        {
            var at = DateTimeOffset.FromUnixTimeMilliseconds(change.AtUnixMs).LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            table.Add(at, line.Name, line.Node, HealthWords.Painted(change.State), change.Reason);
        }
        table.Write(terminal);
    }

    // Rounded down: 99.999 % is not all of it.
    private static string Percent(HealthLine line) =>
        HealthWords.Available(line.Tally) is { } part ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(part * 10_000) / 100:0.00}%") : "";
}

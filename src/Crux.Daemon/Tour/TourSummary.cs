using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Crux.Daemon.Tour;

/// <summary>What the tour came to. Its JSON form is stable: docs/up.md gives every key.</summary>
internal sealed class TourSummary
{
    public required int Nodes { get; init; }

    /// <summary>From the start to the moment when every node had the full view.</summary>
    public double? SecondsToSettle { get; set; }

    /// <summary>From the start to the moment when every node named the same leader.</summary>
    public double? SecondsToLeader { get; set; }

    /// <summary>From the start to the first answer of the service.</summary>
    public double? SecondsToFirstCall { get; set; }

    /// <summary>From the leader's loss to a new leader, a rebuilt steward and every surviving service listed.</summary>
    public double? SecondsToRecover { get; set; }

    public List<ActResult> Acts { get; } = [];

    /// <summary>Acts that this number of nodes can't play.</summary>
    public List<string> LeftOut { get; } = [];

    public string? Problem { get; set; }

    public long Calls => Acts.Sum(act => act.Counts.Calls);

    public long Failed => Acts.Sum(act => act.Counts.Failed);

    public long Indeterminate => Acts.Sum(act => act.Counts.Indeterminate);

    public double Seconds { get; set; }

    public bool Ok => Problem is null && Failed == 0 && Acts.Count > 0 && Acts.TrueForAll(act => act.Ok);

    public Table ToTable()
    {
        var table = new Table().Border(TableBorder.Rounded).Title($"{Nodes} nodes: {(Ok ? "[green]all of it held[/]" : "[red]not all of it held[/]")}");
        table.AddColumn("act");
        foreach (var column in (string[])["seconds", "calls", "failed", "indeterminate"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var act in Acts)
        {
            table.AddRow(
                Markup.Escape(act.Name) + (act.Ok ? "" : " [red](broke)[/]"),
                act.Seconds.ToString("F2", CultureInfo.InvariantCulture),
                act.Counts.Calls.ToString("N0", CultureInfo.InvariantCulture),
                act.Counts.Failed.ToString("N0", CultureInfo.InvariantCulture),
                act.Counts.Indeterminate.ToString("N0", CultureInfo.InvariantCulture));
        }
        var timings = new List<string>();
        Add("full view", SecondsToSettle);
        Add("leader", SecondsToLeader);
        Add("first call", SecondsToFirstCall);
        table.Caption(string.Join(", ", timings) + (SecondsToRecover is { } back ? $"; whole again {back:F2} s after the leader was lost" : ""));
        return table;

        void Add(string what, double? seconds)
        {
            if (seconds is { } s)
                timings.Add($"{what} at {s.ToString("F2", CultureInfo.InvariantCulture)} s");
        }
    }

    public string ToJson() => JsonSerializer.Serialize(
        new TourSummaryJson(
            Nodes, Round(SecondsToSettle), Round(SecondsToLeader), Round(SecondsToFirstCall), Round(SecondsToRecover), Math.Round(Seconds, 3),
            Calls, Failed, Indeterminate,
            [.. Acts.Select(act => new ActJson(act.Name, Math.Round(act.Seconds, 3), act.Counts.Calls, act.Counts.Failed, act.Counts.Indeterminate, act.Ok))],
            LeftOut, Problem, Ok),
        TourJsonContext.Default.TourSummaryJson);

    private static double? Round(double? seconds) => seconds is { } s ? Math.Round(s, 3) : null;
}

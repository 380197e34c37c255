using System.Globalization;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>From nothing to the first answered call.</summary>
internal static class ColdStart
{
    private const int SmallRuns = 5;
    private const int LargeRuns = 3;
    private const int ProcessRuns = 5;
    private const int Hosts = 10;
    private static readonly TimeSpan TourLimit = TimeSpan.FromMinutes(3);

    public static Bench Bench { get; } = new(
        "cold",
        "A flock starts from nothing and a client's first Galumph call is answered: 5 and 50 nodes in one process (fulcrum up), and 10 processes in 10 network namespaces with service and client started at the same instant. Timed from exec.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken) =>
    [
        Row.OfTimes("5 nodes in one process, exec to first call", await ToursAsync(5, SmallRuns, cancellationToken), TimeSpan.FromSeconds(3)),
        Row.OfTimes("50 nodes in one process, exec to first call", await ToursAsync(50, LargeRuns, cancellationToken), TimeSpan.FromSeconds(10)),
        Row.OfTimes("10 processes in 10 namespaces, exec to first call", await ProcessesAsync(cancellationToken), TimeSpan.FromSeconds(8)),
    ];

    private static async Task<IReadOnlyCollection<TimeSpan>> ToursAsync(int nodes, int runs, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var run = 0; run < runs; run++)
        {
            await using var tour = await TourRun.StartAsync(cancellationToken, "--nodes", nodes.ToString(CultureInfo.InvariantCulture), "--json");
            await tour.SaysAsync("First answer", cancellationToken);
            times.Add(tour.Process.Age);
            var code = await tour.Process.WaitForExitAsync(TourLimit, cancellationToken);
            if (code != 0)
                throw new InvalidOperationException($"The tour broke.\n{tour.Process.Story}");
        }
        return times;
    }

    private static async Task<IReadOnlyCollection<TimeSpan>> ProcessesAsync(CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var run = 0; run < ProcessRuns; run++)
        {
            await using var flock = await LabFlock.CreateAsync(Hosts, cancellationToken);
            foreach (var node in flock.Nodes)
                node.Start();
            _ = new LoadServer(flock.Nodes[2], "galumph2_3");
            var caller = new LoadCaller(flock.Nodes[6], "galumph2");
            await Eventually.HoldsAsync(LabFlock.Patience, () => caller.Report.FirstAnswerAt > 0 ? null : caller.Process.Story, cancellationToken);
            times.Add(caller.Report.FirstAnswerAfter(flock.Nodes[0].Process.StartedAt));
        }
        return times;
    }
}

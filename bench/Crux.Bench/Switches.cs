using System.Globalization;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Better versions come and go under load.</summary>
internal static class Switches
{
    private const int Rounds = 10;
    private const int Loops = 16;
    private const long CallsBetween = 5_500;

    public static Bench Bench { get; } = new(
        "switches",
        "3 nodes in namespaces; 16 loops call galumph2 while galumph2_4 starts and stops (SIGTERM) ten times beside galumph2_3: 20 switches.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(3, cancellationToken);
        var older = new LoadServer(flock.Nodes[1], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [older], LabFlock.Patience, cancellationToken);
        var caller = new LoadCaller(flock.Nodes[0], "galumph2", loops: Loops, pauseMs: 0);
        await caller.CallsAsync(CallsBetween, cancellationToken);
        var switches = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var newer = new LoadServer(flock.Nodes[2], "galumph2_4");
            await AnsweredAsync(caller, newer, cancellationToken);
            switches++;
            await caller.CallsAsync(CallsBetween, cancellationToken);
            newer.Process.Signal(LabSignal.Terminate);
            await AnsweredAsync(caller, older, cancellationToken);
            switches++;
            await newer.Process.WaitForExitAsync(LabFlock.Patience, cancellationToken);
            await caller.CallsAsync(CallsBetween, cancellationToken);
        }
        var report = await caller.StopAsync(cancellationToken);
        return
        [
            Row.OfFailures("calls over all switches", report.Failed + report.Indeterminate, report.Calls, string.Join("; ", report.Problems)),
            new("how much", string.Create(CultureInfo.InvariantCulture, $"{switches} switches, {report.Calls:N0} calls, {report.Attempts:N0} attempts"), ">= 20 switches, >= 100,000 calls", switches >= 20 && report.Calls >= 100_000),
        ];
    }

    private static async Task AnsweredAsync(LoadCaller caller, LoadServer server, CancellationToken cancellationToken)
    {
        var before = caller.Report.ServedBy.GetValueOrDefault(server.Listed);
        await Eventually.HoldsAsync(
            LabFlock.Patience, () => caller.Report.ServedBy.GetValueOrDefault(server.Listed) > before ? null : $"no answer from {server.Listed}", cancellationToken);
    }
}

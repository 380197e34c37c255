using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Somebody knocks at every door in every wrong way, and honest callers are counted beside it.</summary>
internal static class Hostile
{
    private const int Percent = 20;
    private const int Handshakes = 20_000;
    private const int Frames = 1_000_000;

    /// <summary>For who works on it: so many hundredths of that are enough. The result tells how many were sent.</summary>
    private const string PartVariable = "CRUX_BENCH_HOSTILE_PERCENT";

    private const double PromisedShare = 0.8;
    private const long MostMoreKb = 64 * 1024;
    private static readonly TimeSpan BaselineTime = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    public static Bench Bench { get; } = new(
        "hostile",
        "3 nodes in namespaces: honest callers on the first, their service and the leader's or another's peer port on the second, the attacker on the third, held to 20% of a core. 20,000 handshakes (no key, a wrong one, a stranger's, one taken back, the right key for another service, begun and dropped, oversized, a byte at a time) at the service's port and the nodes' port, then 1,000,000 frames and requests on connections that were let in (a process that no rule allows to call, a member's own key): rapid reset, forbidden calls, pings, settings, unknown and oversized frames. The baseline runs beside a process that burns as much.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var part = int.Parse(Environment.GetEnvironmentVariable(PartVariable) ?? "100", CultureInfo.InvariantCulture);
        await using var flock = await LabFlock.StartAsync(3, cancellationToken);
        var (honest, target, hostile) = (flock.Nodes[0], flock.Nodes[1], flock.Nodes[2]);
        var key = Path.ChangeExtension(honest.FlockFile, ".operator");
        await LabOrders.GiveAsync(honest, cancellationToken, "flock", "seal", "--expect", "3", "--operator-key", key);
        await LabOrders.GiveAsync(honest, cancellationToken, "trust", "deny", "thief", "galumph2", "--operator-key", key);
        var server = new LoadServer(target, "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, cancellationToken);
        var caller = new LoadCaller(honest, "galumph2", loops: 16, pauseMs: 0);
        await caller.CallsAsync(5_000, cancellationToken);
        using var cage = new CpuCage(Percent);

        var first = await BesideBurnerAsync(cage, hostile, caller, cancellationToken);
        // Once it is warm: what grows in the first seconds is no attacker's doing.
        var memoryBefore = (Daemon: Memory(target.Process), Server: Memory(server.Process));
        var cpuBefore = Cpu(target.Process) + Cpu(server.Process);
        var start = (At: Stopwatch.GetTimestamp(), caller.Report.Calls);
        var attack = cage.Start(hostile, "attack",
        [
            "attack", "--socket", hostile.Socket, "--selector", "galumph2", "--peers", $"{target.Host.Address}:23123", "--node-key", Path.Combine(hostile.StateDirectory, "node.key"),
            "--handshakes", $"{Handshakes * part / 100}", "--frames", $"{Frames * part / 100}",
        ]);
        var (middle, end) = await FollowAsync(attack, caller, cancellationToken);
        var (handshaking, during) = (Rate(start, middle), Rate(start, end));
        var took = Stopwatch.GetElapsedTime(start.At, end.At);
        var cpu = Cpu(target.Process) + Cpu(server.Process) - cpuBefore;
        var memoryAfter = (Daemon: Memory(target.Process), Server: Memory(server.Process));
        var second = await BesideBurnerAsync(cage, hostile, caller, cancellationToken);
        var report = await caller.StopAsync(cancellationToken);
        var baseline = (first + second) / 2;
        var told = JsonDocument.Parse(attack.LastLine).RootElement;
        var more = Math.Max(memoryAfter.Daemon - memoryBefore.Daemon, memoryAfter.Server - memoryBefore.Server);
        return
        [
            new(
                "let in", string.Create(CultureInfo.InvariantCulture, $"{told.GetProperty("admitted").GetInt64()} of {told.GetProperty("handshakes").GetInt64():N0} handshakes"), "0",
                told.GetProperty("admitted").GetInt64() == 0 && told.GetProperty("isRightLetIn").GetBoolean()),
            new(
                "honest calls per second", string.Create(CultureInfo.InvariantCulture, $"{during / baseline:0.00} of the baseline: {during:N0} over {took.TotalSeconds:0} s of attack, against {first:N0} before and {second:N0} after; {handshaking / baseline:0.00} during the handshakes, {Rate(middle, end) / baseline:0.00} during the frames"),
                $">= {PromisedShare.ToString(CultureInfo.InvariantCulture)} of the baseline", during >= PromisedShare * baseline),
            Row.OfFailures("honest calls", report.Failed + report.Indeterminate, report.Calls, string.Join("; ", report.Problems)),
            new(
                "memory", string.Create(CultureInfo.InvariantCulture, $"the daemon {memoryBefore.Daemon / 1024} to {memoryAfter.Daemon / 1024} MB, the service {memoryBefore.Server / 1024} to {memoryAfter.Server / 1024} MB resident"),
                $"<= {MostMoreKb / 1024} MB more", more <= MostMoreKb),
            Row.OfCount("sent", string.Create(CultureInfo.InvariantCulture, $"{told.GetProperty("frames").GetInt64():N0} frames on {told.GetProperty("openedAtService").GetInt64()} connections to the service and {told.GetProperty("openedAtPeers").GetInt64()} to the nodes' port, {told.GetProperty("ended").GetInt64()} of them ended by the server; the attacker used {told.GetProperty("cpuSeconds").GetDouble():0.0} s of CPU, held {cage.Way}; both servers {cpu:0.0} s, honest calls included")),
        ];
    }

    private static async Task<double> BesideBurnerAsync(CpuCage cage, FulcrumHost node, LoadCaller caller, CancellationToken cancellationToken)
    {
        var burner = cage.Start(node, "burner", ["burn"]);
        var (start, before) = (Stopwatch.GetTimestamp(), caller.Report.Calls);
        await Task.Delay(BaselineTime, cancellationToken);
        var rate = (caller.Report.Calls - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (burner.HasExited)
            throw new InvalidOperationException($"The burner broke.\n{burner.Story}");
        burner.Signal(LabSignal.Terminate);
        await burner.WaitForExitAsync(LabFlock.Patience, cancellationToken);
        return rate;
    }

    // The attacker says when it is done with handshakes.
    private static async Task<((long At, long Calls) Middle, (long At, long Calls) End)> FollowAsync(LabProcess attack, LoadCaller caller, CancellationToken cancellationToken)
    {
        (long At, long Calls)? middle = null;
        while (!attack.HasExited && attack.Age < Longest)
        {
            await Task.Delay(LookEvery, cancellationToken);
            if (middle is null && attack.LastLine.Length > 0)
                middle = (Stopwatch.GetTimestamp(), caller.Report.Calls);
        }
        var end = (Stopwatch.GetTimestamp(), caller.Report.Calls);
        if (await attack.WaitForExitAsync(LabFlock.Patience, cancellationToken) != 0)
            throw new InvalidOperationException($"The attack broke.\n{attack.Story}");
        return (middle ?? end, end);
    }

    private static double Rate((long At, long Calls) from, (long At, long Calls) to) =>
        (to.Calls - from.Calls) / Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;

    private static double Cpu(LabProcess process)
    {
        using var running = Process.GetProcessById(process.Pid);
        return running.TotalProcessorTime.TotalSeconds;
    }

    private static long Memory(LabProcess process) =>
        long.Parse(File.ReadLines($"/proc/{process.Pid}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}

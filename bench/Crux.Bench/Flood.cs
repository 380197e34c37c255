using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Crux.Protos;
using Crux.System.Tests.Lab;
using static System.FormattableString;

namespace Crux.Bench;

/// <summary>Garbage at one node, on a real socket: it stays a member, what is meant for it arrives, and its memory stays as it is.</summary>
internal static class Flood
{
    private const int Nodes = 3;
    private const int PerSecond = 50_000;
    private const int Seconds = 10;
    private const long MostMoreKb = 16 * 1024;
    private const double PromisedShare = 0.3;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(45), Baseline = TimeSpan.FromSeconds(5);

    public static Bench Bench { get; } = new(
        "flood",
        "3 nodes and a stranger in namespaces. The stranger sends 200-byte datagrams to one node for 10 s, as near to 50,000 a second as two shared cores allow: a third noise, a third with the beginning of a true frame and random senders, a third with a true sender, overheard. A client on another node calls a service on the flooded one all the while.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.CreateAsync(Nodes + 1, cancellationToken);
        var (nodes, stranger) = (flock.Nodes.Take(Nodes).ToList(), flock.Nodes[Nodes]);
        var ear = stranger.Host.Start("overhear", Programs.Load, ["overhear", "--bind", $"{stranger.Host.Address}:23123", "--sources", "2"]);
        foreach (var node in nodes)
            node.Start();
        await flock.WhenWholeAsync(nodes, LabFlock.Patience, cancellationToken);
        var leader = await flock.LeaderAsync(nodes[0]);
        // Not the leader: that others follow it is no sign that it hears.
        var target = nodes.First(node => node != leader);
        var server = new LoadServer(target, "galumph2_3");
        await LabFlock.WhenListedAsync(nodes, [server], LabFlock.Patience, cancellationToken);
        var caller = new LoadCaller(nodes.First(node => node != target), "galumph2");
        await caller.CallsAsync(1_000, cancellationToken);

        if (await ear.WaitForExitAsync(LabFlock.Patience, cancellationToken) != 0)
            throw new InvalidOperationException($"Nobody was overheard.\n{ear.Story}");
        // A node knows what claims to be its own, and lets such go at once.
        var copy = ear.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).First(words => words[0] != target.Host.Address.ToString())[1];
        var before = await RateAsync(caller, Baseline, cancellationToken);
        await WarmAsync(stranger, target, copy, cancellationToken);
        var (memory, traffic, cpu) = (target.Process.ResidentKb, await TrafficAsync(target), target.Process.CpuSeconds);
        var (calls, at) = (caller.Report.Calls, Stopwatch.GetTimestamp());
        var flood = Start(stranger, target, copy, Seconds);
        await flood.WaitForExitAsync(Longest, cancellationToken);
        var told = JsonDocument.Parse(flood.LastLine).RootElement;
        var during = (caller.Report.Calls - calls) / Stopwatch.GetElapsedTime(at).TotalSeconds;
        var (memoryAfter, trafficAfter, cpuAfter) = (target.Process.ResidentKb, await TrafficAsync(target), target.Process.CpuSeconds);
        await flock.WhenWholeAsync(nodes, LabFlock.Patience, cancellationToken);
        var report = await caller.StopAsync(cancellationToken);

        var (received, dropped) = (trafficAfter.DatagramsReceived - traffic.DatagramsReceived, trafficAfter.DatagramsDropped - traffic.DatagramsDropped);
        var (sent, seconds) = (told.GetProperty("sent").GetInt64(), told.GetProperty("seconds").GetDouble());
        return
        [
            new("sent", Invariant($"{told.GetProperty("perSecond").GetDouble() / PerSecond:0.00} of {PerSecond:N0}/s: {sent:N0} in {seconds:0.0} s, by {told.GetProperty("cpuSeconds").GetDouble():0.0} s of CPU"), "", true),
            Lost(nodes, target),
            new(
                "legitimate calls to the flooded node", Invariant($"{during / before:0.00} of the calls before: {during:N0}/s of {before:N0}/s; {report.Failed + report.Indeterminate} of {report.Calls:N0} failed"),
                Invariant($">= {PromisedShare} with flooder, node and callers on the same cores; 0 failed"), during >= PromisedShare * before && report.Failed + report.Indeterminate == 0),
            new(
                "memory", Invariant($"{memory / 1024} to {memoryAfter / 1024} MB resident"), Invariant($"<= {MostMoreKb / 1024} MB more"), memoryAfter - memory <= MostMoreKb),
            Row.OfCount("read", Invariant($"{(double)received / (received + dropped):0.00} of what arrived: {received:N0} read, {dropped:N0} dropped by the kernel's full buffer, {trafficAfter.DatagramsRejected - traffic.DatagramsRejected:N0} let go as garbage; {(cpuAfter - cpu) / Math.Max(received, 1) * 1e6:0.0} us of CPU for each")),
        ];
    }

    private static LabProcess Start(FulcrumHost stranger, FulcrumHost target, string copy, int seconds) => stranger.Host.Start(
        "garbage", Programs.Load,
        ["garbage", "--bind", $"{stranger.Host.Address}", "--to", $"{target.Host.Address}:23123", "--copy", copy, "--per-second", $"{PerSecond}", "--seconds", string.Create(CultureInfo.InvariantCulture, $"{seconds}")]);

    // What the first garbage brings into memory is code.
    private static async Task WarmAsync(FulcrumHost stranger, FulcrumHost target, string copy, CancellationToken cancellationToken)
    {
        var warm = Start(stranger, target, copy, 1);
        if (await warm.WaitForExitAsync(Longest, cancellationToken) != 0)
            throw new InvalidOperationException($"No garbage could be sent.\n{warm.Story}");
    }

    private static Row Lost(List<FulcrumHost> nodes, FulcrumHost target)
    {
        var flaps = nodes.Where(node => node != target).Sum(node => Count(node, target.Host.Address.ToString()));
        var own = Count(target, "");
        return new("times that one said another was gone or unreachable", Invariant($"{flaps} of the flooded node, {own} by it"), "0", flaps + own == 0);
    }

    // Gone (1105), and changed (1106) to unreachable.
    private static int Count(FulcrumHost node, string about) => node.Process.Out.Split('\n').Count(line =>
        (line.Contains("Crux.Flock[1105]", StringComparison.Ordinal) || (line.Contains("Crux.Flock[1106]", StringComparison.Ordinal) && line.Contains("Unreachable", StringComparison.Ordinal)))
        && line.Contains(about, StringComparison.Ordinal));

    private static async Task<double> RateAsync(LoadCaller caller, TimeSpan span, CancellationToken cancellationToken)
    {
        var (calls, at) = (caller.Report.Calls, Stopwatch.GetTimestamp());
        await Task.Delay(span, cancellationToken);
        return (caller.Report.Calls - calls) / Stopwatch.GetElapsedTime(at).TotalSeconds;
    }

    private static async Task<Traffic> TrafficAsync(FulcrumHost node) =>
        (await node.StatusAsync())?.Traffic ?? throw new InvalidOperationException($"{node.Name} doesn't answer.\n{node.Process.Story}");
}

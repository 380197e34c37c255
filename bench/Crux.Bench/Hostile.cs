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
    private const int LeastWindows = 9, MostWindows = 24;
    private const double StillGrowing = 1.05;
    // As any service runs: the load program holds optimising back otherwise, for as long as anything new is called, and one that is attacked all the
    // while would be compared with itself before it was compiled.
    private static readonly Dictionary<string, string> AsAnyService = new() { ["DOTNET_TieredPGO"] = "1", ["DOTNET_TC_CallCountingDelayMs"] = "64" };

    private static readonly TimeSpan BaselineTime = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan WarmWindow = TimeSpan.FromSeconds(5);

    // All that is to be sent takes some three minutes where nothing else runs. Whatever the machine, the bench ends within seven.
    private static readonly TimeSpan LongestHandshakes = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan LongestFrames = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Longest = LongestHandshakes + LongestFrames + TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    public static Bench Bench { get; } = new(
        "hostile",
        "3 nodes in namespaces: honest callers on the first, their service and the leader's or another's peer port on the second, the attacker on the third, held to 20% of a core. 20,000 handshakes (no key, a wrong one, a stranger's, one taken back, the right key for another service, begun and dropped, oversized, a byte at a time) at the service's port and the nodes' port, then 1,000,000 frames and requests on connections that were let in (a process that no rule allows to call, a member's own key): rapid reset, forbidden calls, pings, settings, unknown and oversized frames. The baseline runs beside a process that burns as much, before and after; the better one counts. Caller and service are optimised at the runtime's own pace. The service keeps to fulcrum's own limit on garbage (16 MB), for what grows under attack is to be told from what the runtime has not looked at yet.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var part = int.Parse(Environment.GetEnvironmentVariable(PartVariable) ?? "100", CultureInfo.InvariantCulture);
        await using var flock = await LabFlock.StartAsync(3, cancellationToken);
        var (honest, target, hostile) = (flock.Nodes[0], flock.Nodes[1], flock.Nodes[2]);
        var key = Path.ChangeExtension(honest.FlockFile, ".operator");
        await LabOrders.GiveAsync(honest, cancellationToken, "flock", "seal", "--expect", "3", "--operator-key", key);
        await LabOrders.GiveAsync(honest, cancellationToken, "trust", "deny", "thief", "galumph2", "--operator-key", key);
        var server = new LoadServer(target, "galumph2_3", settings: new Dictionary<string, string>(AsAnyService) { ["DOTNET_GCgen0MaxBudget"] = "1000000" });
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, cancellationToken);
        var caller = new LoadCaller(honest, "galumph2", loops: 16, pauseMs: 0, settings: AsAnyService);
        await caller.CallsAsync(5_000, cancellationToken);
        using var cage = new CpuCage(Percent);

        Sample Look() => new(Stopwatch.GetTimestamp(), caller.Report.Calls, target.Process.CpuSeconds + server.Process.CpuSeconds, target.Process.ResidentKb, server.Process.ResidentKb);
        await WarmAsync(Look, cancellationToken);
        var (begin, settled) = await BesideBurnerAsync(cage, hostile, Look, cancellationToken);
        // Once it is warm: what grows in the first seconds is no attacker's doing.
        var attack = cage.Start(hostile, "attack",
        [
            "attack", "--socket", hostile.Socket, "--selector", "galumph2", "--peers", $"{target.Host.Address}:23123", "--node-key", Path.Combine(hostile.StateDirectory, "node.key"),
            "--handshakes", $"{Handshakes * part / 100}", "--frames", $"{Frames * part / 100}",
            "--handshake-seconds", $"{LongestHandshakes.TotalSeconds}", "--frame-seconds", $"{LongestFrames.TotalSeconds}",
        ]);
        var start = Look();
        var (middle, end) = await FollowAsync(attack, Look, cancellationToken);
        var (after, last) = await BesideBurnerAsync(cage, hostile, Look, cancellationToken);
        var report = await caller.StopAsync(cancellationToken);
        var told = JsonDocument.Parse(attack.LastLine).RootElement;
        return
        [
            WasSent(told),
            new(
                "let in", string.Create(CultureInfo.InvariantCulture, $"{told.GetProperty("admitted").GetInt64()} of {told.GetProperty("handshakes").GetInt64():N0} handshakes"), "0",
                told.GetProperty("admitted").GetInt64() == 0 && told.GetProperty("isRightLetIn").GetBoolean()),
            HonestRate(Sample.Rate(begin, settled), Sample.Rate(after, last), start, middle, end),
            Row.OfFailures("honest calls", report.Failed + report.Indeterminate, report.Calls, string.Join("; ", report.Problems)),
            MemoryOf("memory of the daemon", [start, middle, end, last], sample => sample.DaemonKb),
            MemoryOf("memory of the service", [start, middle, end, last], sample => sample.ServiceKb),
            Row.OfCount("the attack", string.Create(CultureInfo.InvariantCulture, $"{told.GetProperty("openedAtService").GetInt64()} connections to the service and {told.GetProperty("openedAtPeers").GetInt64()} to the nodes' port were let in to send frames, {told.GetProperty("ended").GetInt64()} of them ended by the server; it used {told.GetProperty("cpuSeconds").GetDouble():0.0} s of CPU, held {cage.Way}; both servers used {Extra(begin, settled, start, middle):0.0} s for its handshakes and {Extra(begin, settled, middle, end):0.0} s for its frames, beyond what honest calls cost before")),
        ];
    }

    private static Row WasSent(JsonElement told)
    {
        var (handshakes, frames) = (told.GetProperty("handshakes").GetInt64(), told.GetProperty("frames").GetInt64());
        return new(
            "sent", string.Create(CultureInfo.InvariantCulture, $"{(double)Math.Min(handshakes, Handshakes) / Handshakes:P0} of the handshakes: {handshakes:N0}; {(double)Math.Min(frames, Frames) / Frames:P0} of the frames: {frames:N0}"),
            string.Create(CultureInfo.InvariantCulture, $"{Handshakes:N0} and {Frames:N0}"), handshakes >= Handshakes && frames >= Frames);
    }

    private static Row HonestRate(double before, double after, Sample start, Sample middle, Sample end)
    {
        // The better of the two: neither may be what makes the share look good.
        var (baseline, during) = (Math.Max(before, after), Sample.Rate(start, end));
        var took = Stopwatch.GetElapsedTime(start.At, end.At);
        return new(
            "honest calls per second", string.Create(CultureInfo.InvariantCulture, $"{during / baseline:0.00} of the baseline: {during:N0} over {took.TotalSeconds:0} s of attack, against {before:N0} before and {after:N0} after; {Sample.Rate(start, middle) / baseline:0.00} during the handshakes, {Sample.Rate(middle, end) / baseline:0.00} during the frames"),
            $">= {PromisedShare.ToString(CultureInfo.InvariantCulture)} of the baseline", during >= PromisedShare * baseline);
    }

    // What the runtime has not given back yet counts: an operator sees no other figure.
    private static Row MemoryOf(string what, IReadOnlyList<Sample> samples, Func<Sample, long> kb) => new(
        what, string.Create(CultureInfo.InvariantCulture, $"{(samples.Max(kb) - kb(samples[0])) / 1024} MB more at most: {kb(samples[0]) / 1024} MB resident before, {kb(samples[1]) / 1024} after the handshakes, {kb(samples[2]) / 1024} after the frames, {kb(samples[3]) / 1024} a while later"),
        $"<= {MostMoreKb / 1024} MB more", samples.Max(kb) - kb(samples[0]) <= MostMoreKb);

    // Beyond what the same honest calls cost in the baseline.
    private static double Extra(Sample cold, Sample warm, Sample from, Sample to) =>
        to.CpuSeconds - from.CpuSeconds - ((to.Calls - from.Calls) * (warm.CpuSeconds - cold.CpuSeconds) / (warm.Calls - cold.Calls));

    // What is hot is compiled anew in the first half minute or so: a baseline taken before that would flatter whatever comes after it.
    private static async Task WarmAsync(Func<Sample> look, CancellationToken cancellationToken)
    {
        var (last, best) = (look(), 0.0);
        for (var window = 1; window <= MostWindows; window++)
        {
            await Task.Delay(WarmWindow, cancellationToken);
            var now = look();
            var rate = Sample.Rate(last, now);
            if (window >= LeastWindows && rate < best * StillGrowing)
                return;
            (last, best) = (now, Math.Max(best, rate));
        }
    }

    private static async Task<(Sample Start, Sample End)> BesideBurnerAsync(CpuCage cage, FulcrumHost node, Func<Sample> look, CancellationToken cancellationToken)
    {
        var burner = cage.Start(node, "burner", ["burn"]);
        var start = look();
        await Task.Delay(BaselineTime, cancellationToken);
        var end = look();
        if (burner.HasExited)
            throw new InvalidOperationException($"The burner broke.\n{burner.Story}");
        burner.Signal(LabSignal.Terminate);
        await burner.WaitForExitAsync(LabFlock.Patience, cancellationToken);
        return (start, end);
    }

    // The attacker says when it is done with handshakes.
    private static async Task<(Sample Middle, Sample End)> FollowAsync(LabProcess attack, Func<Sample> look, CancellationToken cancellationToken)
    {
        Sample? middle = null;
        while (!attack.HasExited && attack.Age < Longest)
        {
            await Task.Delay(LookEvery, cancellationToken);
            if (middle is null && attack.LastLine.Length > 0)
                middle = look();
        }
        var end = look();
        if (await attack.WaitForExitAsync(LabFlock.Patience, cancellationToken) != 0)
            throw new InvalidOperationException($"The attack broke.\n{attack.Story}");
        return (middle ?? end, end);
    }

    private sealed record Sample(long At, long Calls, double CpuSeconds, long DaemonKb, long ServiceKb)
    {
        public static double Rate(Sample from, Sample to) => (to.Calls - from.Calls) / Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;
    }
}

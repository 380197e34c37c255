using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Ten processes whose leader is lost again and again, while clients on nodes that are never lost call.</summary>
internal static class LeaderStorm
{
    private const int Hosts = 10;
    private const int Spared = 3;
    private const int ToSurvivors = 12, Repeatable = 12, Others = 8;
    private const int PauseMs = 20;
    private const long SomeCalls = 100;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(3);

    public static Bench Bench { get; } = new(
        "leader-storm",
        "10 processes in 10 namespaces; every 15 s the node that leads is lost, by kill -9 and by taking its veth down in turn, and comes back 3 s later, for 5 minutes (STORM_SECONDS says otherwise). 32 loops of calls run on 3 nodes "
            + "that are never lost. Should one of these lead, another node is lost in its place.",
        RunAsync);

    // Who was evicted again and again has to prove for up to four minutes that it is well (docs/protocols/flock.md, Coming back).
    private static readonly TimeSpan LongestProof = TimeSpan.FromMinutes(5);

    private static TimeSpan Length =>
        Environment.GetEnvironmentVariable("STORM_SECONDS") is { Length: > 0 } text ? TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture)) : TimeSpan.FromMinutes(5);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(Hosts, cancellationToken);
        var spared = await ChooseSparedAsync(flock, cancellationToken);
        var storm = new Storm(flock, spared);
        foreach (var node in flock.Nodes)
            storm.Serve(node);
        await LabFlock.WhenListedAsync(flock.Nodes, storm.Servers, LabFlock.Patience, cancellationToken);
        LoadCaller[] callers =
        [
            new(spared[0], "alive2", loops: ToSurvivors, pauseMs: PauseMs), new(spared[1], "mixed2", loops: Repeatable, pauseMs: PauseMs),
            new(spared[2], "mixed2", method: "register", loops: Others, pauseMs: PauseMs),
        ];
        foreach (var caller in callers)
            await caller.CallsAsync(SomeCalls, cancellationToken);

        var begin = Stopwatch.GetTimestamp();
        for (var strike = 0; Stopwatch.GetElapsedTime(begin) < Length; strike++)
        {
            var next = Period * (strike + 1);
            await storm.StrikeAsync(cut: strike % 2 == 1, Away, cancellationToken);
            if (next - Stopwatch.GetElapsedTime(begin) is { Ticks: > 0 } rest)
                await Task.Delay(rest, cancellationToken);
        }
        var over = Stopwatch.GetTimestamp();
        await flock.WhenWholeAsync(flock.Nodes, LongestProof, cancellationToken);
        var whole = Stopwatch.GetElapsedTime(over);
        await LabFlock.WhenListedAsync(flock.Nodes, storm.Servers, LabFlock.Patience, cancellationToken);
        foreach (var caller in callers)
            await caller.CallsAsync(SomeCalls, cancellationToken);
        var reports = await Task.WhenAll(callers.Select(caller => caller.StopAsync(cancellationToken)));
        foreach (var report in reports)
            Console.WriteLine($"  {report}");
        var recorded = await RecordedAsync(spared[0], cancellationToken);
        return
        [
            Row.OfCount("losses", string.Create(CultureInfo.InvariantCulture, $"{storm.Strikes}, {storm.LeadersLost} of them of the node that led; whole again and all listed {whole.TotalSeconds:0} s after the last one")),
            Row.OfFailures("calls to instances on nodes that survive", reports[0].Failed + reports[0].Indeterminate, reports[0].Calls),
            Row.OfFailures("idempotent calls to instances anywhere", reports[1].Failed + reports[1].Indeterminate, reports[1].Calls, string.Create(CultureInfo.InvariantCulture, $"{reports[1].Attempts:N0} attempts")),
            Row.OfFailures("other calls to instances anywhere", reports[2].Failed, reports[2].Calls, string.Create(CultureInfo.InvariantCulture, $"{reports[2].Indeterminate} indeterminate, of {Others} in flight at each loss")),
            new(
                "losses on record after all these leaders", string.Create(CultureInfo.InvariantCulture, $"{recorded} times down; {storm.Kills} processes were killed, the others were out of reach for less than it takes, or more"),
                "each that was killed", recorded >= storm.Kills),
        ];
    }

    // Who may be elected is lost sooner or later: of those who may not, and then of the others, the last.
    private static async Task<List<FulcrumHost>> ChooseSparedAsync(LabFlock flock, CancellationToken cancellationToken)
    {
        var voters = new HashSet<string>();
        await Eventually.HoldsAsync(
            LabFlock.Patience,
            async () =>
            {
                var leader = await flock.LeaderAsync(flock.Nodes[0]);
                if (await leader.StatusAsync() is { LeaderFenced: true } status)
                    voters.UnionWith(status.Voters);
                return voters.Count > 0 ? null : "Nobody says who votes.";
            },
            cancellationToken);
        return [.. flock.Nodes.OrderBy(node => voters.Contains(node.Name)).Take(Spared)];
    }

    // How often something went down, of each place, as the flock's history has it.
    private static async Task<int> RecordedAsync(FulcrumHost node, CancellationToken cancellationToken)
    {
        var asked = node.Crux("health", "mixed2", "--since", "1h", "--json");
        await asked.WaitForExitAsync(LabFlock.Patience, cancellationToken);
        using var answer = JsonDocument.Parse(asked.LastLine);
        return answer.RootElement.GetProperty("lines").EnumerateArray()
            .SelectMany(line => line.GetProperty("changes").EnumerateArray()).Count(change => change.GetProperty("state").GetString() == "down");
    }

    private sealed class Storm(LabFlock flock, IReadOnlyList<FulcrumHost> spared)
    {
        private readonly Dictionary<FulcrumHost, LoadServer> _mixed = [];
        private readonly List<LoadServer> _alive = [];

        public int Strikes { get; private set; }
        public int Kills { get; private set; }
        public int LeadersLost { get; private set; }
        public IReadOnlyCollection<LoadServer> Servers => [.. _alive, .. _mixed.Values];

        public void Serve(FulcrumHost node)
        {
            // Never on the caller's own node: a service there would get all of its calls.
            if (!spared.Contains(node))
                _mixed[node] = new LoadServer(node, "mixed2_1");
            else if (node != spared[0])
                _alive.Add(new LoadServer(node, "alive2_1"));
        }

        public async Task StrikeAsync(bool cut, TimeSpan away, CancellationToken cancellationToken)
        {
            FulcrumHost? leader = null;
            await Eventually.HoldsAsync(
                LabFlock.Patience,
                async () =>
                {
                    if (await spared[0].StatusAsync() is { LeaderFenced: true } status)
                        leader = flock.Nodes.SingleOrDefault(node => node.Name == status.LeaderName);
                    return leader is null ? "Nobody leads." : null;
                },
                cancellationToken);
            LeadersLost += spared.Contains(leader!) ? 0 : 1;
            var victim = spared.Contains(leader!) ? flock.Nodes.Except(spared).ElementAt(Strikes % (Hosts - Spared)) : leader!;
            Strikes++;
            if (cut)
            {
                await victim.Host.SetLinkAsync(up: false, cancellationToken);
                await Task.Delay(away, cancellationToken);
                await victim.Host.SetLinkAsync(up: true, cancellationToken);
                return;
            }
            Kills++;
            victim.Process.Signal(LabSignal.Kill);
            _mixed[victim].Process.Signal(LabSignal.Kill);
            await Task.Delay(away, cancellationToken);
            victim.Start();
            _mixed[victim] = new LoadServer(victim, "mixed2_1");
        }
    }
}

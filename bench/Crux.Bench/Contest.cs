using System.Diagnostics;
using System.Globalization;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>Sixty agents of one kind on sixty hosts: started, left alone, and some killed.</summary>
internal static class Contest
{
    /// <summary>Agents that are killed, one after another; the seed is not among them.</summary>
    private const int Kills = 2;

    /// <summary>Programs whose socket is not open yet, at most: as many as there are cores.</summary>
    private static readonly int StartsAtOnce = Environment.ProcessorCount;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ListenLimit = TimeSpan.FromMinutes(2), ViewLimit = TimeSpan.FromSeconds(90), DeathLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10), Rest = TimeSpan.FromSeconds(60);

    /// <summary>Starts them <paramref name="starts"/> times, each time on fresh hosts; the last time they are left alone, and some killed.</summary>
    public static async Task<ContestResult> RunAsync(AgentKind kind, int hosts, int lossPercent, int starts, CancellationToken cancellationToken)
    {
        var before = new List<ContestResult>();
        for (var start = 1; start < starts; start++)
            before.Add(await RunOnceAsync(kind, hosts, lossPercent, onlyStart: true, cancellationToken));
        var last = await RunOnceAsync(kind, hosts, lossPercent, onlyStart: false, cancellationToken);
        return last with { FullViews = [.. before.SelectMany(it => it.FullViews), .. last.FullViews], Lost = before.Sum(it => it.Lost) + last.Lost };
    }

    private static async Task<ContestResult> RunOnceAsync(AgentKind kind, int hosts, int lossPercent, bool onlyStart, CancellationToken cancellationToken)
    {
        await using var lab = await NetLab.CreateAsync(hosts, cancellationToken);
        var start = await kind.PrepareAsync(lab, cancellationToken);
        if (lossPercent > 0)
            await DropAsync(lab, lossPercent, cancellationToken);
        var agents = new List<Agent>();
        try
        {
            var began = Stopwatch.GetTimestamp();
            await StartAsync(kind, lab, start, agents, cancellationToken);
            return await MeasureAsync(agents, Stopwatch.GetElapsedTime(began), onlyStart, cancellationToken);
        }
        finally
        {
            foreach (var agent in agents)
                agent.Dispose();
        }
    }

    /// <summary>Starts them all, paced: sixty programs that compile themselves at once on two cores measure the compiler.</summary>
    private static async Task StartAsync(AgentKind kind, NetLab lab, Func<LabHost, LabProcess> start, List<Agent> agents, CancellationToken cancellationToken)
    {
        var starting = new List<Agent>();
        foreach (var host in lab.Hosts)
        {
            var agent = new Agent(kind, host, start(host));
            agents.Add(agent);
            starting.Add(agent);
            var most = kind.HasSeed && agents.Count == 1 ? 0 : StartsAtOnce - 1;
            await WhenAsync(agents, ListenLimit, () => Waiting(starting) <= most, cancellationToken);
        }
        await WhenAsync(agents, ListenLimit, () => Waiting(starting) == 0, cancellationToken);
    }

    // A socket that is open stays open: each is looked for until it is there.
    private static int Waiting(List<Agent> starting)
    {
        starting.RemoveAll(agent => agent.Listens);
        return starting.Count;
    }

    private static async Task<ContestResult> MeasureAsync(List<Agent> agents, TimeSpan listening, bool onlyStart, CancellationToken cancellationToken)
    {
        var full = await WhenAsync(agents, ViewLimit, () => agents.TrueForAll(agent => agent.View.Count == agents.Count), cancellationToken);
        if (onlyStart)
            return new(listening, [full], double.NaN, double.NaN, double.NaN, [TimeSpan.MaxValue], Lost(agents, []));
        var rest = await RestAsync(agents, cancellationToken);
        var (deaths, killed) = await KillAsync(agents, cancellationToken);
        return new(listening, [full], rest.Bytes, rest.Packets, rest.Cpu, deaths, Lost(agents, killed));
    }

    private static int Lost(List<Agent> agents, HashSet<string> killed) =>
        agents.Where(agent => !killed.Contains(agent.Address)).Sum(agent => agent.Gone.Count(address => !killed.Contains(address)));

    private static async Task<(double Bytes, double Packets, double Cpu)> RestAsync(List<Agent> agents, CancellationToken cancellationToken)
    {
        await WaitAsync(agents, Settling, cancellationToken);
        var before = agents.Select(agent => (agent.Sent.Bytes, agent.Sent.Packets, agent.CpuTicks)).ToList();
        var began = Stopwatch.GetTimestamp();
        await WaitAsync(agents, Rest, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds * agents.Count;
        var after = agents.Select(agent => (agent.Sent.Bytes, agent.Sent.Packets, agent.CpuTicks)).ToList();
        return (
            (after.Sum(it => it.Bytes) - before.Sum(it => it.Bytes)) / seconds,
            (after.Sum(it => it.Packets) - before.Sum(it => it.Packets)) / seconds,
            (after.Sum(it => it.CpuTicks) - before.Sum(it => it.CpuTicks)) / 100.0 / seconds);
    }

    private static async Task<(List<TimeSpan> Deaths, HashSet<string> Killed)> KillAsync(List<Agent> agents, CancellationToken cancellationToken)
    {
        var deaths = new List<TimeSpan>();
        var killed = new HashSet<string>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var victim = agents[kill * agents.Count / (Kills + 1)];
            killed.Add(victim.Address);
            victim.Process.Signal(LabSignal.Kill);
            var survivors = agents.Where(agent => !killed.Contains(agent.Address)).ToList();
            deaths.Add(await WhenAsync(agents, DeathLimit, () => survivors.TrueForAll(agent => !agent.View.Contains(victim.Address)), cancellationToken));
        }
        return (deaths, killed);
    }

    private static async Task WaitAsync(List<Agent> agents, TimeSpan span, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        await WhenAsync(agents, 2 * span, () => Stopwatch.GetElapsedTime(began) >= span, cancellationToken);
    }

    /// <summary>Looks at all logs until <paramref name="holds"/>; returns how long that took, or the limit where it never did.</summary>
    private static Task<TimeSpan> WhenAsync(List<Agent> agents, TimeSpan limit, Func<bool> holds, CancellationToken cancellationToken) => WatchThread.RunAsync(() =>
    {
        var began = Stopwatch.GetTimestamp();
        do
        {
            foreach (var agent in agents)
                agent.Look();
            if (holds())
                return Stopwatch.GetElapsedTime(began);
            cancellationToken.WaitHandle.WaitOne(LookEvery);
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (Stopwatch.GetElapsedTime(began) < limit);
        return TimeSpan.MaxValue;
    });

    private static async Task DropAsync(NetLab lab, int percent, CancellationToken cancellationToken)
    {
        var rules = string.Create(CultureInfo.InvariantCulture,
            $"table inet loss {{ chain arriving {{ type filter hook input priority 0; iifname eth0 meta l4proto udp numgen random mod 100 < {percent} drop; }}; }}");
        foreach (var host in lab.Hosts)
        {
            var nft = host.Start($"nft-{host.Name}", "nft", [rules]);
            if (await nft.WaitForExitAsync(ListenLimit, cancellationToken) != 0)
                throw new InvalidOperationException($"No loss could be made: is nftables installed?\n{nft.Story}");
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Crux.System.Tests.Lab;
using static System.FormattableString;

namespace Crux.Bench.Etcd;

/// <summary>A flock beside an etcd that is used as a service registry: the same hosts, the same services, the same watchers, one after the other in one run.</summary>
internal static class EtcdContest
{
    private const int Hosts = 6;
    private const int Services = 1_000;
    private const int Port = 2379;
    private const string Victim = "victim";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2), Settling = TimeSpan.FromSeconds(10), Rest = TimeSpan.FromMinutes(1);

    public static Bench Bench { get; } = new(
        "etcd",
        "1,000 services of 100 apis on five of six namespaces on one bridge, renewing every 5 s for 15 s, each over a connection of its own; a watcher of ten apis on each of the five. First one etcd on the sixth (a key with a lease for each service, no TLS, not replicated), then six fulcrums (which besides are the flock: membership, failure detection, a leader, TLS). At rest: what all interfaces sent in a minute, headers included. A process killed, then a machine's wire cut: until the last watcher was told of the last service. Look-ups of one api, of a watched one, from one process on a host that serves.",
        RunAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var etcd = await PlayEtcdAsync(cancellationToken);
        Console.WriteLine($"    etcd: {etcd}");
        var ours = await PlayFlockAsync(cancellationToken);
        Console.WriteLine($"    fulcrum: {ours}");
        return
        [
            Row.OfCount("network bytes for each service and minute at rest", Invariant($"{ours.BytesAtRest / etcd.BytesAtRest:0.000}x: fulcrum {ours.BytesAtRest:#,0}, etcd {etcd.BytesAtRest:#,0}")),
            OfTimes("a service's process killed, known to every watcher", ours.Process, etcd.Process),
            OfTimes("a machine silent, all its services gone for every watcher", ours.Machine, etcd.Machine),
            OfRates(Invariant($"look-ups a second, 1 loop, {ours.Found} and {etcd.Found} services each"), ours.Finds.One, etcd.Finds.One),
            OfRates("look-ups a second, 16 loops", ours.Finds.Sixteen, etcd.Finds.Sixteen),
        ];
    }

    private static Row OfTimes(string what, TimeSpan ours, TimeSpan theirs) =>
        Row.OfCount(what, Invariant($"{ours / theirs:0.00}x: fulcrum {ours.TotalSeconds:0.00} s, etcd {theirs.TotalSeconds:0.00} s"));

    private static Row OfRates(string what, double ours, double theirs) => Row.OfCount(what, Invariant($"{ours / theirs:0.0}x: fulcrum {ours:#,0}, etcd {theirs:#,0}"));

    private static async Task<PeerFigures> PlayEtcdAsync(CancellationToken cancellationToken)
    {
        await using var lab = await NetLab.CreateAsync(Hosts, cancellationToken);
        var address = Invariant($"{lab.Hosts[0].Address}:{Port}");
        var peers = Invariant($"http://{lab.Hosts[0].Address}:{Port + 1}");
        var server = lab.Hosts[0].Start(
            "etcd", "etcd",
            [
                "--data-dir", lab.Directory.In("etcd"), "--listen-client-urls", $"http://{address}", "--advertise-client-urls", $"http://{address}",
                "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", $"default={peers}",
            ]);
        await UntilAsync(() => server.Error.Contains("ready to serve client requests", StringComparison.Ordinal) || Over(server), "etcd to serve", cancellationToken);
        return await MeasureAsync(lab.Hosts, _ => ["etcd", address], cancellationToken);
    }

    private static async Task<PeerFigures> PlayFlockAsync(CancellationToken cancellationToken)
    {
        await using var flock = await LabFlock.StartAsync(Hosts, cancellationToken);
        // The leader is lost in another bench: here it is the machine that only serves.
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        List<FulcrumHost> nodes = [leader, .. flock.Nodes.Where(node => node != leader)];
        return await MeasureAsync([.. nodes.Select(node => node.Host)], host => ["crux", nodes.Single(node => node.Host == host).Socket], cancellationToken);
    }

    /// <param name="hosts">The first one serves nobody and watches nothing.</param>
    private static async Task<PeerFigures> MeasureAsync(IReadOnlyList<LabHost> hosts, Func<LabHost, string[]> target, CancellationToken cancellationToken)
    {
        var serving = hosts.Skip(1).ToList();
        var each = Services / serving.Count;
        LabProcess Run(LabHost host, string verb, params IEnumerable<string> more) =>
            host.Start($"{verb}-{host.Name}", Environment.ProcessPath!, [PeerRegistry.Verb, verb, .. target(host), .. more]);

        var services = serving.Select((host, i) => Run(host, "services", host.Name, Text(i * each), Text(each))).ToList();
        // One of an api that all follow.
        var victim = Run(serving[0], "services", Victim, Text(Services), "1");
        await UntilAsync(() => services.Append(victim).All(it => it.LastLine == "registered" || Over(it)), "all services to be registered", cancellationToken);
        var watchers = serving.Select(host => (Host: host, Process: Run(host, "watch"))).ToList();
        var followed = (Services / PeerRegistry.Apis * PeerRegistry.Followed) + 1;
        await UntilAsync(() => watchers.All(it => Lines(it.Process, "here").Count == followed || Over(it.Process)), "all watchers to know all", cancellationToken);

        await WaitAsync(Settling, cancellationToken);
        var before = hosts.Sum(Sent);
        var began = Stopwatch.GetTimestamp();
        await WaitAsync(Rest, cancellationToken);
        var bytes = (hosts.Sum(Sent) - before) / Stopwatch.GetElapsedTime(began).TotalMinutes / Services;

        var finds = new List<double>();
        var found = 0;
        foreach (var loops in (string[])["1", "16"])
        {
            var finder = Run(serving[^1], "find", loops);
            if (await finder.WaitForExitAsync(Limit, cancellationToken) != 0)
                throw new InvalidOperationException($"The look-ups broke.\n{finder.Story}");
            var words = finder.LastLine.Split(' ');
            finds.Add(double.Parse(words[0], CultureInfo.InvariantCulture));
            found = int.Parse(words[1], CultureInfo.InvariantCulture);
        }

        var killed = Stopwatch.GetTimestamp();
        victim.Signal(LabSignal.Kill);
        var process = await GoneAsync(watchers.Select(it => it.Process), Victim, 1, killed, cancellationToken);
        var lost = serving[1];
        var cut = Stopwatch.GetTimestamp();
        await lost.SetLinkAsync(up: false, cancellationToken);
        var machine = await GoneAsync(watchers.Where(it => it.Host != lost).Select(it => it.Process), lost.Name, each / PeerRegistry.Apis * PeerRegistry.Followed, cut, cancellationToken);
        return new(bytes, process, machine, (finds[0], finds[1]), found);
    }

    /// <summary>Waits until each watcher was told that so many ids that begin so are gone; how long after <paramref name="since"/> the last one was.</summary>
    private static async Task<TimeSpan> GoneAsync(IEnumerable<LabProcess> watchers, string name, int count, long since, CancellationToken cancellationToken)
    {
        var all = watchers.ToList();
        await UntilAsync(() => all.All(it => Lines(it, $"gone {name}-").Count == count || Over(it)), $"{name} to be gone", cancellationToken);
        var last = all.SelectMany(it => Lines(it, $"gone {name}-")).Max(line => long.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture));
        return Stopwatch.GetElapsedTime(since, last);
    }

    private static List<string> Lines(LabProcess process, string beginning) => [.. process.Out.Split('\n').Where(line => line.StartsWith(beginning, StringComparison.Ordinal))];

    private static bool Over(LabProcess process) => process.HasExited ? throw new InvalidOperationException($"It ended; is etcd there (apt-get install etcd-server)?\n{process.Story}") : false;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Sent(LabHost host)
    {
        var line = File.ReadLines($"/proc/{host.SpacePid}/net/dev").Single(it => it.TrimStart().StartsWith("eth0:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[8], CultureInfo.InvariantCulture);
    }

    private static async Task WaitAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(span);
        await timer.WaitForNextTickAsync(cancellationToken);
    }

    private static Task<TimeSpan> UntilAsync(Func<bool> holds, string what, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(Limit, () => holds() ? null : $"Waited for {what}.", cancellationToken);
}

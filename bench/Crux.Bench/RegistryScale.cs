using System.Diagnostics;
using System.Globalization;
using Crux.Machines.Registry;

namespace Crux.Bench;

/// <summary>What the registry of ten thousand nodes costs the one node that leads.</summary>
internal static class RegistryScale
{
    private const int Changes = 200;
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromMilliseconds(20);

    public static Bench Bench { get; } = new(
        "registry",
        "In process, no socket: the steward's machine with 10,000 reeves and 172,000 instances, rebuilt from empty, then one change at a time to 10,000 watchers. Over sockets: a steward's driver and gRPC service on a port with "
            + "pinned TLS in one process, 1,000 nodes with a key and a connection each in another.",
        async cancellationToken => [.. InMachine(), .. await RegistrySockets.RunAsync(cancellationToken)]);

    private static List<Row> InMachine()
    {
        var crowd = new RegistryCrowd();
        var outbox = new StewardOutbox();
        long told = 0;
        void Flush(StewardOutbox box)
        {
            told += box.Messages.Sum(message => (long)message.Streams.Length);
            box.Clear();
        }

        var rebuilds = new List<TimeSpan>();
        StewardMachine steward = null!;
        for (var run = 0; run < 4; run++)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            steward = crowd.Build(outbox, Flush);
            if (run > 0)
                rebuilds.Add(Stopwatch.GetElapsedTime(start));
        }
        if (steward.Count != RegistryCrowd.Instances || steward.Phase != StewardPhase.Ready)
            throw new InvalidOperationException($"The steward holds {steward.Count} entries and is {steward.Phase}.");

        var changes = new List<TimeSpan>();
        for (var i = 1; i <= Changes; i++)
        {
            var report = RegistryCrowd.Change(1 + i * 37 % RegistryCrowd.Nodes, 1);
            told = 0;
            var start = Stopwatch.GetTimestamp();
            steward.Receive(default, (ulong)(1 + i * 37 % RegistryCrowd.Nodes), report, outbox);
            Flush(outbox);
            changes.Add(Stopwatch.GetElapsedTime(start));
            if (told != RegistryCrowd.Nodes)
                throw new InvalidOperationException($"A change was told to {told} watchers.");
        }
        steward = null!;
        var bytes = Weigh(outbox, Flush);
        return
        [
            Row.OfTimes("in process: a full rebuild from empty", rebuilds, TimeSpan.FromSeconds(5)),
            new(
                "in process: one change to 10,000 watchers",
                string.Create(CultureInfo.InvariantCulture, $"median {changes.Order().ElementAt(Changes / 2).TotalMicroseconds:0} us, worst of {Changes} {changes.Max().TotalMilliseconds:0.0} ms: one push and the list of those who hear it; sending it is in the figure over sockets"),
                "<= 20 ms",
                changes.Order().ElementAt(Changes / 2) <= ChangeLimit),
            new(
                "in process: memory per instance, beyond its strings",
                string.Create(CultureInfo.InvariantCulture, $"{bytes / 400:0.00} of the limit: {bytes:0} B each of {RegistryCrowd.Instances:N0}, what 10,000 nodes and their streams take included"),
                "<= 400 B",
                bytes <= 400),
        ];
    }

    // The entries are made anew first, sharing their strings with the old ones, and the old ones stay: what comes on top is the entries
    // themselves and all that the steward keeps about them.
    private static double Weigh(StewardOutbox outbox, Action<StewardOutbox> flush)
    {
        var strings = new RegistryCrowd();
        var steward = default(StewardMachine);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var former = strings.Renew();
        steward = strings.Build(outbox, flush);
        strings.Drop();
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(steward);
        GC.KeepAlive(former);
        return (double)(after - before) / RegistryCrowd.Instances;
    }
}

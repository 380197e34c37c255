using System.Collections.Immutable;
using System.Globalization;
using Crux.Machines.Registry;

namespace Crux.Bench;

/// <summary>Ten thousand nodes with what runs on them, and a steward that hears them: made once, so that only the steward is measured.</summary>
internal sealed class RegistryCrowd
{
    public const int Nodes = 10_000;
    public const int Instances = 172_000;

    /// <summary>What every node's clients watch.</summary>
    public const string Watched = "galumph2";

    private const int Apis = 400;
    private const string GroupName = "mill";

    private readonly ImmutableArray<ServiceEntry>[] _entries;

    public RegistryCrowd()
    {
        var members = Enumerable.Range(1, Nodes).Select(number => new Member
        {
            Id = Id(number), Name = Invariant($"node{number}"), Address = Address(number, 23123), Incarnation = 1, Rack = Invariant($"r{number / 40}"),
        });
        View = new GroupSnapshot
        {
            Group = GroupName, Self = Id(1), Members = [.. members], Size = Nodes, Leader = Id(1), Grade = LeaderGrade.Fenced, Token = new GroupToken(1, 1, 0), IsSettled = true,
        };
        // Names as reeves send them: one copy each, whoever holds them.
        var names = Enumerable.Range(1, Apis).Select(i => InstanceName.Parse(i == 1 ? $"{Watched}_3" : Invariant($"service{i}_{i % 7}"))).ToArray();
        var made = 0;
        _entries = [.. Enumerable.Range(1, Nodes).Select(number =>
        {
            var count = (int)((long)Instances * number / Nodes) - made;
            made += count;
            return ImmutableArray.CreateRange(Enumerable.Range(0, count).Select(i => Entry(number, i, names[(number + (i * 23)) % Apis])));
        })];
    }

    public GroupSnapshot View { get; }

    public static NodeId Id(int number) => new(0, (ulong)number);

    /// <summary>Has a steward hear every node: its snapshot, and that it follows <see cref="Watched"/>.</summary>
    public StewardMachine Build(StewardOutbox outbox, Action<StewardOutbox> flush)
    {
        var now = default(Instant);
        var steward = new StewardMachine(now, View, new StewardOptions());
        for (var number = 1; number <= Nodes; number++)
        {
            var stream = (ulong)number;
            steward.Open(stream, Id(number), outbox);
            steward.Receive(now, stream, new SnapshotReport(_entries[number - 1], 0) { Life = stream }, outbox);
            steward.Receive(now, stream, new InterestReport([Watched], Refresh: false), outbox);
            flush(outbox);
        }
        return steward;
    }

    /// <summary>One service on a node goes from serving to degraded and back, with each number.</summary>
    public static ChangeReport Change(int number, ulong sequence) =>
        new([Entry(number, 0, InstanceName.Parse($"{Watched}_3")) with { Status = sequence % 2 == 0 ? ServiceStatus.Serving : ServiceStatus.Degraded, InstanceId = "changing" }], [], sequence);

    /// <summary>Makes the entries anew, each its own object as if it had come over the network, with the same strings; returns the former.</summary>
    public object Renew()
    {
        var former = _entries.ToArray();
        for (var i = 0; i < _entries.Length; i++)
            _entries[i] = [.. _entries[i].Select(entry => entry with { })];
        return former;
    }

    /// <summary>Lets the entries go: what a steward holds of them is all that is left.</summary>
    public void Drop() => Array.Clear(_entries);

    private static ServiceEntry Entry(int node, int number, InstanceName name) => new()
    {
        Node = Id(node),
        InstanceId = Invariant($"{node:x8}-{number:x4}-4000-8000-000000000000"),
        Group = GroupName,
        Instance = name,
        Address = Address(node, (ushort)(40_000 + number)),
        NodeName = Invariant($"node{node}"),
        Incarnation = 1,
        KeyHash = new KeyHash((ulong)node, (ulong)number, 3, 4),
        Status = ServiceStatus.Serving,
        ValidFor = TimeSpan.FromSeconds(15),
    };

    private static NetAddress Address(int node, ushort port) => NetAddress.V4(0x0A000000 + (uint)node, port);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

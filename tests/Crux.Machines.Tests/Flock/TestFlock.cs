using Crux.Machines.Flock;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

/// <summary>
/// Some machines on a network of virtual time: seeded delay, loss, islands. Small on purpose; the simulator proper has a project
/// of its own.
/// </summary>
internal sealed class TestFlock(ulong seed)
{
    public static readonly AddressRange Range = new(0x7F010100, 24);

    /// <summary>How long a write takes.</summary>
    private static readonly TimeSpan DiskDelay = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(10);

    private readonly PriorityQueue<Datagram, (long At, long Order)> _wire = new();
    private readonly SeededRandom _random = new(seed);
    private readonly Dictionary<NodeId, FlockMemory> _disks = [];
    private long _order;

    public List<TestNode> Nodes { get; } = [];

    public IEnumerable<TestNode> Living => Nodes.Where(node => !node.IsDead);

    public Instant Now { get; set; } = new(TimeSpan.TicksPerHour);

    public double Loss { get; set; }

    public byte[] Secret { get; init; } = [.. Enumerable.Repeat((byte)7, 32)];

    public FlockOptions Options { get; init; } = new() { Ranges = [Range] };

    public INodeSignerSource Signers { get; init; } = new HashSignerSource();

    /// <summary>The operator of every flock here.</summary>
    public INodeSigner Operator => field ??= Signers.For(0xface);

    public long Delivered { get; private set; }

    /// <summary>Called for every datagram that is sent.</summary>
    public Action<TestNode, NetAddress, byte[]>? Sniffer { get; set; }

    /// <summary>What it refuses is lost: the sender, the receiver, the bytes.</summary>
    public Func<TestNode, NetAddress, byte[], bool>? Filter { get; set; }

    public static NetAddress AddressOf(int host) => Range.At((uint)host, 23123);

    /// <summary>Starts a node; the same identity twice is the same node started again, or its clone.</summary>
    public TestNode Start(int host, ulong? identity = null, string? name = null, byte[]? secret = null, string bloc = "bloc", string flock = "test")
    {
        var signer = Signers.For(identity ?? (ulong)host);
        var boot = new byte[FlockSelf.BootSecretBytes];
        _random.Fill(boot);
        var self = new FlockSelf
        {
            Name = name ?? $"node{identity ?? (ulong)host}", Address = AddressOf(host), PublicKey = signer.PublicKey, BootSecret = boot, Rack = "r1", Version = "0.1",
        };
        var credentials = new FlockCredentials(flock, new BlocId(bloc), secret ?? Secret) { OperatorPublicKey = Operator.PublicKey };
        var machine = new FlockMachine(self, credentials, Options, signer, new AesFrameCipherSource(), _random.NextUInt64(), Now, CopyOf(DiskOf(self.Id)));
        var node = new TestNode(machine, self);
        Nodes.Add(node);
        return node;
    }

    public TestNode[] Start(IEnumerable<int> hosts) => [.. hosts.Select(host => Start(host))];

    public void Run(TimeSpan span) => RunUntil(() => false, span);

    /// <summary>Runs until the condition holds; false where it did not within <paramref name="limit"/>.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var end = Now + limit;
        while (!condition())
        {
            // The condition looks at everybody: not after every datagram.
            var look = Instant.Min(Now + LookPeriod, end);
            for (var next = NextEvent(); next <= look; next = NextEvent())
            {
                Now = Instant.Max(next, Now);
                StepAll();
            }
            Now = look;
            if (look == end)
                return condition();
        }
        return true;
    }

    public void Leave(TestNode node)
    {
        node.Machine.Leave(Now, node.Outbox);
        Flush(node);
        node.IsDead = true;
    }

    /// <summary>Signs an order for a node's flock.</summary>
    public OperatorOrder Order(TestNode node, OrderKind kind, byte[]? payload = null, ulong? sequence = null, INodeSigner? signer = null)
    {
        var authority = node.Machine.Authority;
        return OperatorOrder.Sign(kind, authority, _random.NextUInt64(), sequence ?? (authority.HighestSequence + 1), payload, signer ?? Operator);
    }

    /// <summary>Hands an order in at a node.</summary>
    public string? Place(TestNode node, OperatorOrder order)
    {
        var problem = node.Machine.PlaceOrder(Now, order.Raw.Span, node.Outbox);
        Flush(node);
        return problem;
    }

    /// <summary>What a node has on disk; it outlives the node.</summary>
    public FlockMemory DiskOf(NodeId id) => _disks.TryGetValue(id, out var disk) ? disk : _disks[id] = new FlockMemory();

    /// <summary>Orders a node's flock to be sealed.</summary>
    public string? Seal(TestNode node, uint expect, bool isSolo = false) => Place(node, Order(node, OrderKind.Seal, new SealTerms(expect, isSolo).ToPayload()));

    public void Inject(NetAddress to, NetAddress from, byte[] bytes) => Put(new Datagram(from, to, bytes), TimeSpan.Zero);

    /// <summary>All living nodes show exactly the living nodes, and the same leader, which lives.</summary>
    public bool IsAtOne(IReadOnlyCollection<TestNode> nodes)
    {
        var first = nodes.First().View;
        if (first.Leader is not { } leader
            || !nodes.All(node => node.View.IsSettled && node.View.Leader == leader && node.View.Token.Term == first.Token.Term && node.View.Members.Length == nodes.Count))
            return false;
        var ids = nodes.Select(node => node.Id).ToHashSet();
        return ids.Contains(leader) && nodes.All(node => node.View.Members.All(member => member.Status == MemberStatus.Alive && ids.Contains(member.Id)));
    }

    public bool IsAtOne() => IsAtOne([.. Living]);

    /// <summary>All living nodes are settled in views of one size: in a large flock they can't name each other.</summary>
    public bool IsAtOneInNumber() => Living.All(node => node.View.IsSettled && node.View.Size == Living.Count() && node.View.Leader is not null);

    private Instant NextEvent()
    {
        var next = _wire.TryPeek(out _, out var due) ? new Instant(due.At) : Instant.Never;
        foreach (var node in Nodes)
        {
            if (!node.IsDead && !node.IsFrozen)
                next = Instant.Min(next, node.Machine.NextDeadline);
            foreach (var (at, _) in node.Writes)
                next = node.IsDead || node.IsFrozen ? next : Instant.Min(next, at);
        }
        return next;
    }

    private void StepAll()
    {
        while (_wire.TryPeek(out var datagram, out var due) && due.At <= Now.Ticks)
        {
            _wire.Dequeue();
            if (Nodes.FindLast(node => node.Address == datagram.To && !node.IsDead) is not { IsFrozen: false, IsDeaf: false } receiver)
                continue;
            Delivered++;
            receiver.Machine.Receive(Now, datagram.From, datagram.Bytes, receiver.Outbox);
            Flush(receiver);
        }
        foreach (var node in Nodes)
        {
            TakeWritten(node);
            if (node.IsDead || node.IsFrozen || node.Machine.NextDeadline > Now)
                continue;
            node.Machine.Tick(Now, node.Outbox);
            if (node.Machine.NextDeadline <= Now)
                throw new InvalidOperationException($"{node.Self.Name} would tick for ever at {Now}.");
            Flush(node);
        }
    }

    private static FlockMemory CopyOf(FlockMemory disk)
    {
        var copy = new FlockMemory();
        foreach (var kind in Enum.GetValues<DurableKind>())
        {
            if (disk.Of(kind) is { } content)
                copy.With(kind, content);
        }
        return copy;
    }

    private void TakeWritten(TestNode node)
    {
        while (!node.IsDead && !node.IsFrozen && node.Writes.FindIndex(entry => entry.At <= Now) is var place and >= 0)
        {
            var write = node.Writes[place].Write;
            node.Writes.RemoveAt(place);
            DiskOf(node.Id).With(write.Kind, write.Content);
            node.Machine.Persisted(Now, write.Ticket, node.Outbox);
            Flush(node);
        }
    }

    private void Flush(TestNode node)
    {
        foreach (var write in node.Outbox.Writes)
            node.Writes.Add((Now + DiskDelay, write));
        foreach (ref readonly var datagram in node.Outbox.Datagrams)
        {
            var bytes = node.Outbox.BytesOf(datagram).ToArray();
            Sniffer?.Invoke(node, datagram.To, bytes);
            var to = datagram.To;
            if (Filter?.Invoke(node, to, bytes) == false || _random.NextDouble() < Loss || Nodes.FindLast(other => other.Address == to && !other.IsDead) is not { } receiver || receiver.Island != node.Island)
                continue;
            Put(new Datagram(node.Address, datagram.To, bytes), TimeSpan.FromMicroseconds(200 + (_random.NextDouble() * 800)));
        }
        foreach (var news in node.Outbox.Events)
            node.Events.Add((Now, news));
        node.Outbox.Clear();
    }

    private void Put(Datagram datagram, TimeSpan delay) => _wire.Enqueue(datagram, ((Now + delay).Ticks, _order++));

    private sealed record Datagram(NetAddress From, NetAddress To, byte[] Bytes);
}

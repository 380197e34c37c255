using Crux.Machines.Flock.Election.Fenced;

namespace Crux.Machines.Tests.Flock.Election;

/// <summary>
/// Some election machines on virtual time, with lossy wires, slow disks and clocks that differ by up to 500 ppm. After every step
/// it checks what must never be: two leaders of one term, two leases of one lineage at one true moment.
/// </summary>
internal sealed class ElectionNet
{
    private readonly PriorityQueue<(ElectionNode To, Voter From, ElectionMessage Message), (long At, long Order)> _wire = new();
    private readonly Dictionary<(UInt128 Lineage, ulong Term), NodeId> _leaders = [];
    private readonly SeededRandom _random;
    private ElectionNode? _claimant;
    private Instant _glanceAt;
    private long _order;

    public ElectionNet(ulong seed, int count, bool areClocksWorst = false)
    {
        _random = new SeededRandom(seed);
        Nodes = [.. Enumerable.Range(0, count).Select(i => new ElectionNode(i, 1 + (areClocksWorst ? (i % 2 == 0 ? -0.0005 : 0.0005) : (_random.NextDouble() - 0.5) * 0.001), Now))];
        foreach (var node in Nodes)
            Boot(node);
    }

    public List<ElectionNode> Nodes { get; }

    public Instant Now { get; private set; } = new(TimeSpan.TicksPerHour);

    public double Loss { get; set; }

    /// <summary>How long a node goes on seeing a leader that it can't reach any more: what failure detection takes.</summary>
    private static readonly TimeSpan Oversight = TimeSpan.FromSeconds(3.5);

    public TimeSpan DiskDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan Jitter { get; set; } = TimeSpan.FromMilliseconds(1);

    public long Delivered { get; private set; }

    public List<string> Breaches { get; } = [];

    public IEnumerable<ElectionNode> Fenced => Nodes.Where(node => node.IsFenced(Now));

    public ElectionNode? Leader => Fenced.SingleOrDefault();

    public void Boot(ElectionNode node)
    {
        node.Machine = new FencedElection(node.Self.Id, node.Disk, new SeededRandom(_random.NextUInt64()), node.ClockAt(Now));
        node.Requested = 0;
    }

    /// <summary>The process is gone; what was on its way to the disk is there or is not.</summary>
    public void Crash(ElectionNode node)
    {
        foreach (var write in node.Writes)
        {
            if (_random.Next(2) == 0)
                node.Disk = write.Memory;
        }
        node.Writes.Clear();
        node.Backlog.Clear();
        (node.Machine, node.IsPaused) = (null, false);
    }

    public void Resume(ElectionNode node)
    {
        node.IsPaused = false;
        foreach (var (from, message) in node.Backlog)
            Do(node, machine => machine.Receive(node.ClockAt(Now), from, message));
        node.Backlog.Clear();
    }

    public void Found(ElectionNode founder, params IEnumerable<ElectionNode> voters) =>
        Do(founder, machine => machine.Found(founder.ClockAt(Now), new UInt128(_random.NextUInt64(), _random.NextUInt64()), 1, [.. voters.Select(voter => voter.Self)]));

    public void Do(ElectionNode node, Action<FencedElection> act)
    {
        act(node.Machine!);
        Flush(node);
    }

    public void Run(TimeSpan span) => RunUntil(() => false, span);

    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        for (var end = Now + limit; !condition();)
        {
            var next = NextEvent();
            if (next > end)
            {
                Now = end;
                return condition();
            }
            Now = Instant.Max(next, Now);
            Glance();
            Step();
            Check();
        }
        return true;
    }

    public string Describe() => $"at {Now}: " + string.Join("; ", Nodes.Select(node =>
        $"{node.Number} {(node.Machine is null ? "dead" : node.IsPaused ? "paused" : node.Machine.Role.ToString())} term {node.Machine?.Memory.Term} vote {node.Machine?.Memory.VoteTerm} "
        + $"lineage {(ulong)((node.Machine?.Memory.Lineage ?? 0) >> 112):x} set {node.Machine?.Memory.Set.Voters.Length}@{node.Machine?.Memory.Set.Stamp.Term}.{node.Machine?.Memory.Set.Stamp.Version} fenced {node.IsFenced(Now)}"))
        + " " + string.Join(" ", Breaches);

    private Instant NextEvent()
    {
        var next = _wire.TryPeek(out _, out var due) ? Instant.Min(_glanceAt, new Instant(due.At)) : _glanceAt;
        foreach (var node in Nodes)
        {
            if (node.Machine is null || node.IsPaused)
                continue;
            foreach (var write in node.Writes)
                next = Instant.Min(next, write.At);
            next = Instant.Min(next, node.WorldAt(node.Machine.Due));
        }
        return next;
    }

    // What each node's view shows of the leader that was elected last.
    private void Glance()
    {
        _glanceAt = Now + TimeSpan.FromMilliseconds(100);
        _claimant = Fenced.OrderBy(node => node.Machine!.Mandate!.Term).LastOrDefault() ?? _claimant;
        foreach (var node in Nodes.Where(node => node.Machine is not null && !node.IsPaused && node != _claimant && _claimant is not null))
        {
            var leads = !_claimant!.IsPaused && (_claimant.Machine is { Role: ElectionRole.Leading } || _claimant.IsFenced(Now));
            if (leads && _claimant.Island == node.Island)
                (node.Saw, node.SawAt) = (_claimant, Now);
            else if (_claimant.Machine is not null && !_claimant.IsPaused && _claimant.Island == node.Island)
                node.Saw = null;
            var isSeen = node.Saw is not null && Now - node.SawAt < Oversight && node.Saw.Machine?.Memory.Lineage == node.Machine!.Memory.Lineage;
            if (node.Machine!.IsLeaderSeen != isSeen)
                Do(node, machine => machine.See(node.ClockAt(Now), isSeen));
        }
        if (_claimant?.Machine is { IsLeaderSeen: true })
            Do(_claimant, machine => machine.See(_claimant.ClockAt(Now), false));
    }

    private void Step()
    {
        while (_wire.TryPeek(out var item, out var due) && due.At <= Now.Ticks)
        {
            _wire.Dequeue();
            if (item.To.IsPaused)
                item.To.Backlog.Add((item.From, item.Message));
            else if (item.To.Machine is not null)
            {
                Delivered++;
                Do(item.To, machine => machine.Receive(item.To.ClockAt(Now), item.From, item.Message));
            }
        }
        foreach (var node in Nodes.Where(node => node.Machine is not null))
        {
            while (!node.IsPaused && node.Writes.FindIndex(write => write.At <= Now) is var place and >= 0)
            {
                var (_, written, memory) = node.Writes[place];
                node.Writes.RemoveAt(place);
                node.Disk = memory;
                Do(node, machine => machine.Persisted(node.ClockAt(Now), written));
            }
            for (var ticks = 0; !node.IsPaused && node.WorldAt(node.Machine!.Due) <= Now; ticks++)
            {
                Do(node, machine => machine.Tick(node.ClockAt(Now)));
                if (ticks > 20)
                    throw new InvalidOperationException($"Node {node.Number} would tick for ever. {Describe()}");
            }
        }
    }

    private void Flush(ElectionNode node)
    {
        if (node.Requested < node.Machine!.Written)
        {
            node.Requested = node.Machine.Written;
            node.Writes.Add((Now + DiskDelay, node.Requested, node.Machine.Memory));
        }
        foreach (var letter in node.Machine.Letters)
        {
            var target = Nodes[(int)letter.To.Id.Low - 1];
            if (target.Island == node.Island && _random.NextDouble() >= Loss)
                _wire.Enqueue((target, node.Self, letter.Message), ((Now + TimeSpan.FromMicroseconds(200) + _random.Next(Jitter)).Ticks, _order++));
        }
        node.Machine.Letters.Clear();
    }

    private void Check()
    {
        foreach (var node in Fenced)
        {
            var (lineage, term) = (node.Machine!.Memory.Lineage, node.Machine.Mandate!.Term);
            if (!_leaders.TryAdd((lineage, term), node.Self.Id) && _leaders[(lineage, term)] != node.Self.Id)
                Breaches.Add($"Two lead in term {term} at {Now}.");
        }
        if (Fenced.GroupBy(node => node.Machine!.Memory.Lineage).Any(lineage => lineage.Count() > 1))
            Breaches.Add($"Two leases at {Now}: {string.Join(" and ", Fenced.Select(node => node.Number))}.");
    }
}

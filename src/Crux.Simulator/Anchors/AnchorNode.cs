namespace Crux.Simulator.Anchors;

/// <summary>One node of the model: probes, gossips, suspects and refutes as memberlist does.</summary>
internal sealed class AnchorNode
{
    private readonly AnchorWorld _world;
    private readonly AnchorProtocol _protocol;
    private readonly RumorQueue _queue;
    private readonly AnchorProber _prober;
    private readonly Dictionary<int, Suspicion> _suspicions = [];
    private readonly List<int> _picked = [];
    private int _incarnation;

    public AnchorNode(AnchorWorld world, int index, int nodes)
    {
        (_world, _protocol, Index) = (world, world.Protocol, index);
        _queue = new(nodes);
        Table = new(nodes, index, world.Random);
        _prober = new(world, this);
    }

    public int Index { get; }

    public bool IsOn { get; private set; }

    public MemberTable Table { get; }

    public int Queued => _queue.Count;

    /// <summary>Plans its process's start. With <paramref name="everybody"/> it begins with the full view, else it knows itself.</summary>
    public void StartsIn(TimeSpan after, bool everybody)
    {
        // Who is known before the start is no news to anybody who looks on.
        for (var member = 0; everybody && member < _world.Nodes.Length; member++)
            Table.Set(member, MemberState.Alive, 1, _world.Now);
        IsOn = everybody;
        _world.At(_world.Now + after.Ticks, Index, AnchorEvent.Boot);
    }

    private void Boot()
    {
        IsOn = true;
        _incarnation = 1;
        if (Table.Known == 0)
        {
            Set(Index, MemberState.Alive, _incarnation);
            _queue.Add(new(Index, _incarnation, Index, RumorKind.Alive));
        }
        _world.After(_protocol.GossipInterval, Index, AnchorEvent.Gossip);
        _world.After(_protocol.ProbeInterval, Index, AnchorEvent.ProbeDue);
        if (_protocol.PushPull)
            _world.After(_world.Random.Next(_protocol.PushPullInterval), Index, AnchorEvent.PushPullDue, -1);
    }

    public void Happen(AnchorEvent what, int argument)
    {
        switch (what)
        {
            case AnchorEvent.Boot:
                Boot();
                break;
            case AnchorEvent.Crash:
                IsOn = false;
                _world.Watch.Crashed(_world.Nodes, this);
                break;
            case AnchorEvent.Gossip:
                Gossip();
                break;
            case AnchorEvent.SuspicionEnds:
                EndSuspicion(argument);
                break;
            case AnchorEvent.JoinDue:
                _world.Exchanges.Begin(Index, argument, join: true);
                break;
            case AnchorEvent.PushPullDue:
                PushPull(isFirst: argument < 0);
                break;
            default:
                _prober.Happen(what, argument);
                break;
        }
    }

    public void Receive(int from, AnchorDatagram datagram)
    {
        if (datagram.Kind != MessageKind.Gossip)
            _prober.Receive(from, datagram);
        foreach (var rumor in datagram.Rumors)
            Hear(rumor);
    }

    public void Hear(in Rumor rumor)
    {
        switch (rumor.Kind)
        {
            case RumorKind.Alive:
                HearAlive(rumor);
                break;
            case RumorKind.Suspect:
                HearSuspect(rumor);
                break;
            default:
                HearDead(rumor);
                break;
        }
    }

    /// <summary>Sends a message with as many rumours as fit behind it.</summary>
    public void Send(int to, AnchorDatagram message)
    {
        var room = _protocol.PacketBytes - MessageSizes.Of(message.Kind) - MessageSizes.CompoundHead - MessageSizes.CompoundPart;
        if (_queue.Count > 0)
            _queue.Take(room, _protocol.Transmissions(Table.Known), message.Rumors);
        _world.Send(Index, to, message);
    }

    private void Gossip()
    {
        _world.After(_protocol.GossipInterval, Index, AnchorEvent.Gossip);
        if (_queue.Count == 0)
            return;
        var diedSince = _world.Now - _protocol.GossipToTheDead.Ticks;
        Table.Pick(_protocol.GossipNodes, member => Table.StateOf(member) != MemberState.Dead || Table.DiedSince(member, diedSince), _picked);
        foreach (var to in _picked)
        {
            if (_queue.Count == 0)
                return;
            var datagram = _world.Draft().As(MessageKind.Gossip);
            _queue.Take(_protocol.PacketBytes - MessageSizes.CompoundHead, _protocol.Transmissions(Table.Known), datagram.Rumors);
            _world.Send(Index, to, datagram);
        }
    }

    private void PushPull(bool isFirst)
    {
        _world.After(_protocol.PushPullPeriod(Table.Known), Index, AnchorEvent.PushPullDue);
        if (isFirst)
            return;
        Table.Pick(1, member => Table.StateOf(member) == MemberState.Alive, _picked);
        if (_picked.Count > 0)
            _world.Exchanges.Begin(Index, _picked[0], join: false);
    }

    private void HearAlive(in Rumor rumor)
    {
        if (rumor.Subject == Index)
        {
            // Somebody else's news of this node in an incarnation that it never had.
            if (rumor.Incarnation > _incarnation)
                Refute(rumor.Incarnation);
            return;
        }
        if (rumor.Incarnation <= Table.IncarnationOf(rumor.Subject))
            return;
        _suspicions.Remove(rumor.Subject);
        _queue.Add(rumor);
        Set(rumor.Subject, MemberState.Alive, rumor.Incarnation);
    }

    private void HearSuspect(in Rumor rumor)
    {
        var state = Table.StateOf(rumor.Subject);
        if (state == MemberState.Unknown || rumor.Incarnation < Table.IncarnationOf(rumor.Subject))
            return;
        if (_suspicions.TryGetValue(rumor.Subject, out var suspicion))
        {
            if (!suspicion.Confirm(rumor.From))
                return;
            _queue.Add(rumor);
            _world.At(Math.Max(_world.Now, suspicion.DueAt), Index, AnchorEvent.SuspicionEnds, rumor.Subject);
            return;
        }
        if (state != MemberState.Alive)
            return;
        if (rumor.Subject == Index)
        {
            Refute(rumor.Incarnation);
            return;
        }
        _queue.Add(rumor);
        Set(rumor.Subject, MemberState.Suspect, rumor.Incarnation);
        var needed = Table.Known - 2 < _protocol.SuspicionMult - 2 ? 0 : _protocol.SuspicionMult - 2;
        var least = _protocol.LeastSuspicion(Table.Known);
        var begun = new Suspicion(rumor.From, needed, least, least * _protocol.SuspicionMaxTimeoutMult, _world.Now);
        _suspicions[rumor.Subject] = begun;
        _world.At(begun.DueAt, Index, AnchorEvent.SuspicionEnds, rumor.Subject);
    }

    private void HearDead(in Rumor rumor)
    {
        var state = Table.StateOf(rumor.Subject);
        if (state == MemberState.Unknown || rumor.Incarnation < Table.IncarnationOf(rumor.Subject))
            return;
        _suspicions.Remove(rumor.Subject);
        if (state == MemberState.Dead)
            return;
        if (rumor.Subject == Index)
        {
            Refute(rumor.Incarnation);
            return;
        }
        _queue.Add(rumor);
        Set(rumor.Subject, MemberState.Dead, rumor.Incarnation);
    }

    private void EndSuspicion(int subject)
    {
        // A confirmation moves the end forward and leaves the earlier plan behind.
        if (!_suspicions.TryGetValue(subject, out var suspicion) || suspicion.DueAt > _world.Now)
            return;
        _world.Watch.Declared(_world.Nodes[subject]);
        HearDead(new(subject, Table.IncarnationOf(subject), Index, RumorKind.Dead));
    }

    private void Refute(int accused)
    {
        _incarnation = Math.Max(_incarnation, accused) + 1;
        _prober.Worry(1);
        Set(Index, MemberState.Alive, _incarnation);
        _queue.Add(new(Index, _incarnation, Index, RumorKind.Alive));
    }

    private void Set(int member, MemberState state, int incarnation)
    {
        var was = Table.StateOf(member);
        var size = Table.Size;
        Table.Set(member, state, incarnation, _world.Now);
        if (was != state)
            _world.Watch.Changed(this, _world.Nodes[member], was, state, size);
    }
}

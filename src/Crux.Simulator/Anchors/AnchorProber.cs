namespace Crux.Simulator.Anchors;

/// <summary>One node's failure detector: a probe at a time, through others and over TCP where it goes unanswered, and its own health.</summary>
internal sealed class AnchorProber(AnchorWorld world, AnchorNode node)
{
    private readonly AnchorProtocol _protocol = world.Protocol;
    private readonly SortedDictionary<int, (int Asker, int Sequence)> _relays = [];
    private readonly List<int> _picked = [];
    private Probe? _probe;
    private bool _missedOne;
    private int _sequence, _awareness;

    /// <summary>Moves the node's doubt about its own health.</summary>
    public void Worry(int delta) => _awareness = Math.Clamp(_awareness + delta, 0, _protocol.AwarenessMax - 1);

    public void Happen(AnchorEvent what, int argument)
    {
        switch (what)
        {
            case AnchorEvent.ProbeDue:
                world.After(_protocol.ProbeInterval, node.Index, AnchorEvent.ProbeDue);
                if (_probe is null)
                    Begin();
                else
                    _missedOne = true;
                break;
            case AnchorEvent.ProbeUnanswered when _probe?.Sequence == argument:
                AskOthers(_probe);
                break;
            case AnchorEvent.ProbeEnds when _probe?.Sequence == argument:
                Conclude(_probe);
                break;
            case AnchorEvent.RelayUnanswered when _relays.Remove(argument, out var relay):
                node.Send(relay.Asker, world.Draft().As(MessageKind.Nack, relay.Sequence));
                break;
        }
    }

    public void Receive(int from, AnchorDatagram datagram)
    {
        switch (datagram.Kind)
        {
            case MessageKind.Ping:
                node.Send(from, world.Draft().As(MessageKind.Ack, datagram.Sequence));
                break;
            case MessageKind.IndirectPing:
                var sequence = ++_sequence;
                _relays[sequence] = (from, datagram.Sequence);
                node.Send(datagram.Target, world.Draft().As(MessageKind.Ping, sequence));
                world.After(_protocol.ProbeTimeout, node.Index, AnchorEvent.RelayUnanswered, sequence);
                break;
            case MessageKind.Ack when _probe?.Sequence == datagram.Sequence:
                End(-1);
                break;
            case MessageKind.Ack when _relays.Remove(datagram.Sequence, out var relay):
                node.Send(relay.Asker, world.Draft().As(MessageKind.Ack, relay.Sequence));
                break;
            case MessageKind.Nack when _probe?.Sequence == datagram.Sequence:
                _probe.Nacks++;
                break;
        }
    }

    private void Begin()
    {
        var subject = node.Table.NextToProbe(world.Now, _protocol.GossipToTheDead.Ticks);
        if (subject < 0)
            return;
        var interval = _protocol.ProbeInterval * (_awareness + 1);
        _probe = new() { Subject = subject, Sequence = ++_sequence, Incarnation = node.Table.IncarnationOf(subject), EndsAt = world.Now + interval.Ticks };
        world.After(_protocol.ProbeTimeout, node.Index, AnchorEvent.ProbeUnanswered, _sequence);
        world.At(_probe.EndsAt, node.Index, AnchorEvent.ProbeEnds, _sequence);
        var ping = world.Draft().As(MessageKind.Ping, _sequence);
        if (node.Table.StateOf(subject) == MemberState.Alive)
        {
            node.Send(subject, ping);
            return;
        }
        // A suspect is told of it with the ping, so that it can refute at once.
        ping.Rumors.Add(new(subject, _probe.Incarnation, node.Index, RumorKind.Suspect));
        world.Send(node.Index, subject, ping);
    }

    private void AskOthers(Probe probe)
    {
        node.Table.Pick(_protocol.IndirectChecks, member => member != probe.Subject && node.Table.StateOf(member) == MemberState.Alive, _picked);
        probe.ExpectedNacks = _picked.Count;
        foreach (var peer in _picked)
            node.Send(peer, world.Draft().As(MessageKind.IndirectPing, probe.Sequence, probe.Subject));
        if (_protocol.TcpProbes && world.Nodes[probe.Subject].IsOn)
            probe.AnsweredOverTcp = world.Now + ReliableStream.Ask(world) <= probe.EndsAt;
    }

    private void Conclude(Probe probe)
    {
        if (probe.AnsweredOverTcp)
        {
            End(-1);
            return;
        }
        // Those who were asked and did not even say no: perhaps it is this node that hears nothing.
        var worry = probe.ExpectedNacks > 0 ? Math.Max(0, probe.ExpectedNacks - probe.Nacks) : 1;
        node.Hear(new(probe.Subject, probe.Incarnation, node.Index, RumorKind.Suspect));
        End(worry);
    }

    private void End(int worry)
    {
        _probe = null;
        Worry(worry);
        if (!_missedOne)
            return;
        _missedOne = false;
        Begin();
    }
}

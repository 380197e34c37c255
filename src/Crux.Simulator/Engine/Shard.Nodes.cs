using Crux.Machines.Flock;
using Crux.Simulator.Invariants;
using Crux.Simulator.Network;
using Crux.Simulator.Time;

namespace Crux.Simulator.Engine;

/// <content>What happens to a node.</content>
internal sealed partial class Shard
{
    /// <summary>As the real driver: so many datagrams before the deadline is looked at.</summary>
    private const int MaxDatagramsInARow = 256;

    /// <summary>A machine that is due again this often without time passing would keep a real loop from ever sleeping.</summary>
    private const int MaxTicksAtOnce = 100;

    /// <summary>How often a goodbye is sent, as the real driver does.</summary>
    private const int Goodbyes = 3;

    /// <summary>Where garbage comes from: an address of nobody.</summary>
    private static NetAddress Stranger => NetAddress.V4(0xCB00_7107, 40_000);

    /// <summary>Starts a node's process.</summary>
    public void Start(SimulatedNode node)
    {
        if (node.Boots > 0)
            node.DisturbedAt = Now;
        node.Start(Now, _world.Options, _world.Ciphers, change => node.Shard.Changed(node, change));
        _world.Digests[node.Index] = node.Machine!.Digest;
        _world.Links.Touch();
    }

    /// <summary>Has a node's machine do something, and carries out what it wants done.</summary>
    public void Step(SimulatedNode node, Action<FlockMachine, Instant, FlockOutbox> act)
    {
        act(node.Machine!, node.ClockAt(Now), _outbox);
        Flush(node);
    }

    public void TickWhileDue(SimulatedNode node)
    {
        for (var ticks = 0; node.WorldAt(node.Machine!.NextDeadline) <= Now; ticks++)
        {
            if (ticks == MaxTicksAtOnce)
                throw Failure($"{node.Name} is due again and again, and time stands still.");
            node.Machine.Tick(node.ClockAt(Now), _outbox);
            Flush(node);
        }
        var due = node.WorldAt(node.Machine.NextDeadline);
        if (due >= node.ScheduledAt || due == long.MaxValue)
            return;
        node.ScheduledAt = due;
        Push(node, due, SimulatedEventKind.Deadline, node);
    }

    /// <summary>Ends a node's process in order, with its goodbyes.</summary>
    public void Leave(SimulatedNode leaver)
    {
        leaver.Machine!.Leave(leaver.ClockAt(Now), _outbox);
        for (var round = 1; round < Goodbyes; round++)
            SendAll(leaver);
        Flush(leaver);
    }

    // Returns whom it happened to in the end.
    private SimulatedNode Happen(SimulatedNode node, in SimulatedEvent happening)
    {
        switch (happening.Kind)
        {
            case SimulatedEventKind.PowerOn when !node.IsOn:
                Start(node);
                TickWhileDue(node);
                break;
            case SimulatedEventKind.Deadline when node.IsRunning && node.ScheduledAt == Now:
                node.ScheduledAt = long.MaxValue;
                TickWhileDue(node);
                break;
            case SimulatedEventKind.Arrival:
                node = _world.Wire.ListenerAmong(node);
                ComeIn(node, happening.From, happening.Payload);
                break;
            case SimulatedEventKind.Delivery or SimulatedEventKind.Replay:
                Arrive(node, happening.From, happening.Payload);
                break;
            case SimulatedEventKind.Resume when node.IsPaused:
                Resume(node);
                break;
            case SimulatedEventKind.Serve:
                Serve(node);
                break;
            case SimulatedEventKind.Garbage:
                SendGarbage(node, happening.Payload);
                break;
            case SimulatedEventKind.Written when node.IsOn && node.Boots == happening.From:
                node.Disk.Finish((ulong)happening.Payload);
                if (!node.IsPaused)
                {
                    TakeWritten(node);
                    TickWhileDue(node);
                }
                break;
        }
        return node;
    }

    // From the network to the node's line, which may be slow.
    private void ComeIn(SimulatedNode node, int from, int payload)
    {
        var wire = _world.Wire;
        var delivered = wire.Loses(Now, _nodes[from], node) ? null
            : wire.Conditions.BandwidthBytesPerSecond is > 0 and var speed ? node.Downlink.Pass(Now, Payloads.Read(payload).Length + Traffic.HeaderBytes, speed)
            : Now;
        if (delivered == Now)
        {
            Arrive(node, from, payload);
            return;
        }
        if (delivered is { } at)
        {
            Push(node, at, SimulatedEventKind.Delivery, node, from, payload);
            return;
        }
        Lost++;
        Payloads.Release(payload);
    }

    private void Arrive(SimulatedNode node, int from, int payload)
    {
        var waits = node.IsPaused || (_world.Network.Processing > TimeSpan.Zero && node.IsOn && (node.BusyUntil > Now || node.Backlog.Count > 0));
        if (waits && node.Backlog.Count < SimulatedNode.MaxBacklog)
        {
            node.Backlog.Enqueue((from, payload));
            ServeLater(node);
            return;
        }
        if (node.IsOn && !waits)
            Receive(node, from, payload);
        else
            Lost++;
        Payloads.Release(payload);
        if (node.IsRunning && !waits)
            TickWhileDue(node);
    }

    private void ServeLater(SimulatedNode node)
    {
        if (node.IsServing || node.IsPaused || node.Backlog.Count == 0)
            return;
        node.IsServing = true;
        Push(node, Math.Max(node.BusyUntil, Now), SimulatedEventKind.Serve, node);
    }

    private void Serve(SimulatedNode node)
    {
        node.IsServing = false;
        if (!node.IsRunning || !node.Backlog.TryDequeue(out var waiting))
            return;
        Receive(node, waiting.From, waiting.Payload);
        Payloads.Release(waiting.Payload);
        TickWhileDue(node);
        ServeLater(node);
    }

    private void Resume(SimulatedNode node)
    {
        node.DisturbedAt = Now;
        node.IsPaused = false;
        _world.Links.Touch();
        Find(() => _world.Leaders.Woke(node));
        // A deadline that came while it was halted went by unheard.
        node.ScheduledAt = long.MaxValue;
        do
        {
            TakeWritten(node);
            for (var i = 0; i < MaxDatagramsInARow && node.Backlog.TryDequeue(out var waiting); i++)
            {
                Receive(node, waiting.From, waiting.Payload);
                Payloads.Release(waiting.Payload);
            }
            TickWhileDue(node);
        }
        while (node.Backlog.Count > 0);
    }

    private void Receive(SimulatedNode node, int from, int payload)
    {
        var isAgain = Payloads.IsAccepted(payload, node.Index, node.Boots);
        Replays += isAgain ? 1 : 0;
        _world.Alters?.Invoke(Payloads.Write(payload), isAgain);
        var bytes = Payloads.Read(payload);
        TraceFrame(node, bytes);
        var machine = node.Machine!;
        var before = machine.Counters.Accepted;
        machine.Receive(node.ClockAt(Now), from < 0 ? Stranger : _nodes[from].Address, bytes, _outbox);
        node.BusyUntil = Now + _world.Network.Processing.Ticks;
        if (machine.Counters.Accepted != before)
        {
            Payloads.Accept(payload, node.Index, node.Boots);
            ReplaysAccepted += isAgain ? 1 : 0;
            if (isAgain)
                Broken(Invariant.AcceptedOnce, $"{node.Name} accepted a datagram of {(from < 0 ? "a stranger" : _nodes[from].Name)} twice.");
            _world.Wire.PerhapsRecord(Now, node, from, payload);
        }
        Flush(node);
    }

    // Header and tag stand for a frame: the tag hangs on every byte of it.
    private static void TraceFrame(SimulatedNode node, ReadOnlySpan<byte> bytes)
    {
        const int ends = 24;
        node.Trace.Add(bytes.Length > 2 * ends ? bytes[..ends] : bytes);
        if (bytes.Length > 2 * ends)
            node.Trace.Add(bytes[^ends..]);
    }

    private void TakeWritten(SimulatedNode node)
    {
        while (node.Disk.TryTakeDone(out var ticket))
        {
            node.Machine!.Persisted(node.ClockAt(Now), ticket, _outbox);
            Flush(node);
        }
    }

    private void Flush(SimulatedNode node)
    {
        foreach (var write in _outbox.Writes)
            Push(node, Now + node.Disk.Begin(write).Ticks, SimulatedEventKind.Written, node, node.Boots, checked((int)write.Ticket));
        SendAll(node);
        foreach (var raised in _outbox.Events)
            Tell(node, _world.Falsifies?.Invoke(node.Index, raised) ?? raised);
        if (_outbox.Dropped > 0)
            throw Failure($"{node.Name} made more than {FlockOutbox.MaxDatagrams} datagrams in one step.");
        _outbox.Clear();
        _world.Digests[node.Index] = node.Machine!.Digest;
    }

    private void Tell(SimulatedNode node, Machines.Flock.Events.FlockEvent news)
    {
        node.Trace.Add(System.Runtime.InteropServices.MemoryMarshal.AsBytes(news.Text.AsSpan()));
        if (_world.Witness is { } witness)
        {
            var at = new TimeSpan(Now);
            Find(() => witness(at, node.Index, news));
        }
        if (_world.Membership.Breach(node, news) is var (invariant, what))
            Broken(invariant, what);
    }

    private void SendAll(SimulatedNode node)
    {
        foreach (ref readonly var datagram in _outbox.Datagrams)
            _world.Wire.Send(Now, node, datagram.To, datagram.Reach, _outbox.BytesOf(datagram));
    }

    private void SendGarbage(SimulatedNode node, int which)
    {
        var flood = _world.Floods[which];
        if (Now >= flood.Until)
            return;
        Span<byte> bytes = stackalloc byte[IConfab.MaxDatagramBytes];
        bytes = bytes[..flood.Bytes];
        node.Chance.Fill(bytes);
        if (flood.Forges && node.LastFrame.Length >= Flood.CopiedBytes)
            node.LastFrame.AsSpan(0, Flood.CopiedBytes).CopyTo(bytes);
        Arrive(node, -1, Payloads.Take(bytes));
        Push(node, Now + flood.Period, SimulatedEventKind.Garbage, node, payload: which);
    }
}

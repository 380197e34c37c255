using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;
using Crux.Simulator.Invariants;
using Crux.Simulator.Network;
using Crux.Simulator.Time;

namespace Crux.Simulator;

/// <summary>
/// Many flock machines on one simulated network, in virtual time: one heap of events, one source of chance, one thread. The same
/// seed and script give the same history, and <see cref="SimulationReport.Trace"/> proves it.
/// </summary>
/// <remarks>What never may happen throws <see cref="SimulationException"/> at once, with the seed and the time, unless the options say to keep going.</remarks>
public sealed partial class FlockSimulation : IDisposable
{
    /// <summary>The port that every node uses.</summary>
    public const ushort Port = 23123;

    /// <summary>Breaches that are written down; a history that makes more has said enough.</summary>
    public const int MaxBreaches = 100;

    /// <summary>As the real driver: so many datagrams before the deadline is looked at.</summary>
    private const int MaxDatagramsInARow = 256;

    /// <summary>A machine that is due again this often without time passing would keep a real loop from ever sleeping.</summary>
    private const int MaxTicksAtOnce = 100;

    /// <summary>How often a goodbye is sent, as the real driver does.</summary>
    private const int Goodbyes = 3;

    private readonly SimulationOptions _options;
    private readonly SeededRandom _random;
    private readonly EventHeap _heap = new();
    private readonly PayloadPool _payloads = new();
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<Breach> _breaches = [];
    private readonly FlockOutbox _outbox = new();
    private readonly Wire _wire;
    private readonly WitnessedCipherSource _ciphers;
    private readonly MembershipInvariants _membership;
    private readonly RestInvariants _rest;
    private readonly BoundsInvariants _bounds;
    private readonly LeaderInvariants _leaders = new();
    private TraceHash _trace;
    private long _now, _events;

    /// <summary>An empty world at time zero.</summary>
    public FlockSimulation(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _random = new(options.Seed);
        _wire = new Wire(_random, _heap, _payloads, _nodes, options.Range.Base, options.AddressCount) { Conditions = options.Network };
        _ciphers = new WitnessedCipherSource(options.Ciphers, what => Broken(Invariant.NonceOnce, what));
        _membership = new(_nodes, Links, new Residents(options.Range.Base, options.AddressCount), () => _now);
        _rest = new(_nodes, Links);
        _bounds = new(_nodes);
    }

    /// <summary>What the network does now.</summary>
    public NetworkConditions Network
    {
        get => _wire.Conditions;
        set => _wire.Conditions = value;
    }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now => new(_now);

    /// <summary>Hears every event that any node raises: the time, the node, the event. For transcripts; it must not touch the world.</summary>
    public Action<TimeSpan, int, FlockEvent>? Witness { get; set; }

    /// <summary>How many nodes there are, on or off.</summary>
    public int Count => _nodes.Count;

    /// <summary>What happened so far.</summary>
    public SimulationReport Report => new(_options.Seed, Now, _events, _wire.Sent, _wire.SentBytes, _wire.Lost, _heap.Peak, _trace.Value);

    /// <summary>Invariants that did not hold, where the options say to keep going.</summary>
    public IReadOnlyList<Breach> Breaches => _breaches;

    internal Connectivity Links => _wire.Links;

    internal Wire Wire => _wire;

    internal IReadOnlyList<SimulatedNode> Nodes => _nodes;

    internal MembershipInvariants Membership => _membership;

    internal RestInvariants Rest => _rest;

    internal BoundsInvariants Bounds => _bounds;

    internal LeaderInvariants Leaders => _leaders;

    /// <summary>Test hook: changes a frame just before a node gets it; told whether that node accepted it before.</summary>
    internal Action<Span<byte>, bool>? Alters { get; set; }

    /// <summary>Test hook: changes what a machine says before anybody hears it.</summary>
    internal Func<int, FlockEvent, FlockEvent>? Falsifies { get; set; }

    /// <summary>Test hook: changes what a machine did to its view before the checkers hear of it.</summary>
    internal Func<int, LifeChange, LifeChange>? FalsifiesLives { get; set; }

    /// <summary>What keeps the world from rest, in words; null at rest: one view, one leader, nobody missing and nobody dead, in each connected part.</summary>
    /// <param name="evenInDoubt">Whether a view that is not settled, while somebody in it is in doubt, counts as at rest.</param>
    public string? Unrest(bool evenInDoubt = false) => _rest.Unrest(evenInDoubt);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan span)
    {
        var until = _now + span.Ticks;
        while (_heap.NextAt <= until)
        {
            var happening = _heap.Pop();
            _now = happening.At;
            _events++;
            _trace.Add((ulong)_now);
            _trace.Add(((ulong)happening.Node << 8) | (byte)happening.Kind);
            try
            {
                Happen(happening);
            }
            catch (Exception error) when (error is not SimulationException)
            {
                throw Failure($"{_nodes[happening.Node].Name} threw at its {happening.Kind}: {error.Message}", error);
            }
            if (_leaders.Breach(_nodes[happening.Node]) is var (invariant, what))
                Broken(invariant, what);
            if (_bounds.Breach(_now) is { } full)
                Broken(Invariant.Bounded, full);
        }
        _now = until;
    }

    /// <inheritdoc/>
    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    internal void Broken(Invariant invariant, string what)
    {
        if (!_options.KeepsGoing)
            throw Failure(what);
        if (_breaches.Count < MaxBreaches)
            _breaches.Add(new Breach(invariant, Now, what));
    }

    private void Happen(in SimulatedEvent happening)
    {
        var node = _nodes[happening.Node];
        switch (happening.Kind)
        {
            case SimulatedEventKind.PowerOn when !node.IsOn:
                Start(node);
                TickWhileDue(node);
                break;
            case SimulatedEventKind.Deadline when node.IsRunning && node.ScheduledAt == _now:
                node.ScheduledAt = long.MaxValue;
                TickWhileDue(node);
                break;
            case SimulatedEventKind.Arrival or SimulatedEventKind.Replay:
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
    }

    private void Arrive(SimulatedNode node, int from, int payload)
    {
        var waits = node.IsPaused || (_wire.Conditions.Processing > TimeSpan.Zero && node.IsOn && (node.BusyUntil > _now || node.Backlog.Count > 0));
        if (waits && node.Backlog.Count < SimulatedNode.MaxBacklog)
        {
            node.Backlog.Enqueue((from, payload));
            ServeLater(node);
            return;
        }
        if (node.IsOn && !waits)
            Receive(node, from, payload);
        else
            _wire.CountLost();
        _payloads.Release(payload);
        if (node.IsRunning && !waits)
            TickWhileDue(node);
    }

    private void ServeLater(SimulatedNode node)
    {
        if (node.IsServing || node.IsPaused || node.Backlog.Count == 0)
            return;
        node.IsServing = true;
        _heap.Push(Math.Max(node.BusyUntil, _now), SimulatedEventKind.Serve, node.Index);
    }

    private void Serve(SimulatedNode node)
    {
        node.IsServing = false;
        if (!node.IsRunning || !node.Backlog.TryDequeue(out var waiting))
            return;
        Receive(node, waiting.From, waiting.Payload);
        _payloads.Release(waiting.Payload);
        TickWhileDue(node);
        ServeLater(node);
    }

    private void Resume(SimulatedNode node)
    {
        node.IsPaused = false;
        node.DisturbedAt = _now;
        Links.Touch();
        // A deadline that came while it was halted went by unheard.
        node.ScheduledAt = long.MaxValue;
        do
        {
            TakeWritten(node);
            for (var i = 0; i < MaxDatagramsInARow && node.Backlog.TryDequeue(out var waiting); i++)
            {
                Receive(node, waiting.From, waiting.Payload);
                _payloads.Release(waiting.Payload);
            }
            TickWhileDue(node);
        }
        while (node.Backlog.Count > 0);
    }

    private void Receive(SimulatedNode node, int from, int payload)
    {
        Alters?.Invoke(_payloads.Write(payload), _payloads.IsAccepted(payload, node.Index, node.Boots));
        var bytes = _payloads.Read(payload);
        TraceFrame(bytes);
        var machine = node.Machine!;
        var before = machine.Counters.Accepted;
        machine.Receive(node.ClockAt(_now), from < 0 ? Stranger : _nodes[from].Address, bytes, _outbox);
        node.BusyUntil = _now + _wire.Conditions.Processing.Ticks;
        if (machine.Counters.Accepted != before)
        {
            if (!_payloads.Accept(payload, node.Index, node.Boots))
                Broken(Invariant.AcceptedOnce, $"{node.Name} accepted a datagram of {(from < 0 ? "a stranger" : _nodes[from].Name)} twice.");
            _wire.PerhapsRecord(_now, node.Index, from, payload);
        }
        Flush(node);
    }

    // Header and tag stand for a frame: the tag hangs on every byte of it.
    private void TraceFrame(ReadOnlySpan<byte> bytes)
    {
        const int ends = 24;
        _trace.Add(bytes.Length > 2 * ends ? bytes[..ends] : bytes);
        if (bytes.Length > 2 * ends)
            _trace.Add(bytes[^ends..]);
    }

    private void TakeWritten(SimulatedNode node)
    {
        while (node.Disk.TryTakeDone(out var ticket))
        {
            node.Machine!.Persisted(node.ClockAt(_now), ticket, _outbox);
            Flush(node);
        }
    }

    private void TickWhileDue(SimulatedNode node)
    {
        for (var ticks = 0; node.WorldAt(node.Machine!.NextDeadline) <= _now; ticks++)
        {
            if (ticks == MaxTicksAtOnce)
                throw Failure($"{node.Name} is due again and again, and time stands still.");
            node.Machine.Tick(node.ClockAt(_now), _outbox);
            Flush(node);
        }
        var due = node.WorldAt(node.Machine.NextDeadline);
        if (due >= node.ScheduledAt || due == long.MaxValue)
            return;
        node.ScheduledAt = due;
        _heap.Push(due, SimulatedEventKind.Deadline, node.Index);
    }

    private void Flush(SimulatedNode node)
    {
        foreach (var write in _outbox.Writes)
            _heap.Push(_now + node.Disk.Begin(write).Ticks, SimulatedEventKind.Written, node.Index, node.Boots, checked((int)write.Ticket));
        SendAll(node);
        foreach (var raised in _outbox.Events)
        {
            var news = Falsifies?.Invoke(node.Index, raised) ?? raised;
            _trace.Add(System.Runtime.InteropServices.MemoryMarshal.AsBytes(news.Text.AsSpan()));
            Witness?.Invoke(Now, node.Index, news);
            if (_membership.Breach(node, news) is var (invariant, what))
                Broken(invariant, what);
        }
        if (_outbox.Dropped > 0)
            throw Failure($"{node.Name} made more than {FlockOutbox.MaxDatagrams} datagrams in one step.");
        _outbox.Clear();
    }

    private void Changed(SimulatedNode node, LifeChange change)
    {
        if (FalsifiesLives is { } falsify)
            change = falsify(node.Index, change);
        if (_membership.Breach(node, change) is var (invariant, what))
            Broken(invariant, what);
    }

    private void SendAll(SimulatedNode node)
    {
        foreach (ref readonly var datagram in _outbox.Datagrams)
            _wire.Send(_now, node, datagram.To, datagram.Reach, _outbox.BytesOf(datagram));
    }

    private SimulationException Failure(string what, Exception? inner = null) =>
        new($"seed {_options.Seed}, at {Now.TotalSeconds:F3} s: {what}", inner);
}

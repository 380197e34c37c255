using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Crux.Simulator.Time;

namespace Crux.Simulator;

/// <summary>
/// Many flock machines on one simulated network, in virtual time: one heap of events, one source of chance, one thread. The same
/// seed and script give the same history, and <see cref="SimulationReport.Trace"/> proves it.
/// </summary>
/// <remarks>What never may happen throws <see cref="SimulationException"/> at once, with the seed and the time.</remarks>
public sealed class FlockSimulation : IDisposable
{
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
    private readonly Dictionary<NetAddress, int> _byAddress = [];
    private readonly FlockOutbox _outbox = new();
    private readonly FlockInvariants _invariants;
    private TraceHash _trace;
    private long _now, _events, _sent, _sentBytes, _lost;

    /// <summary>An empty world at time zero.</summary>
    public FlockSimulation(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _random = new(options.Seed);
        Network = options.Network;
        _invariants = new(_nodes, Links, () => _now);
    }

    /// <summary>What the network does now.</summary>
    public NetworkConditions Network { get; set; }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now => new(_now);

    /// <summary>Hears every event that any node raises: the time, the node, the event. For transcripts; it must not touch the world.</summary>
    public Action<TimeSpan, int, FlockEvent>? Witness { get; set; }

    /// <summary>How many nodes there are, on or off.</summary>
    public int Count => _nodes.Count;

    /// <summary>What happened so far.</summary>
    public SimulationReport Report => new(_options.Seed, Now, _events, _sent, _sentBytes, _lost, _heap.Peak, _trace.Value);

    internal Connectivity Links { get; } = new();

    internal IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Adds hosts, all off, at free addresses of the range; returns their indices.</summary>
    public IReadOnlyList<int> AddNodes(int count, FlockCredentials credentials)
    {
        var added = new List<int>();
        while (added.Count < count)
        {
            var address = NetAddress.V4(_options.Range.Base + (uint)_random.Next((int)_options.Range.Count), 23123);
            if (!_byAddress.TryAdd(address, _nodes.Count))
                continue;
            added.Add(_nodes.Count);
            _nodes.Add(new SimulatedNode(_nodes.Count, address, credentials, Mix.Two(_options.Seed, (ulong)_nodes.Count)));
        }
        return added;
    }

    /// <summary>The group as a node sees it now; null while it is off.</summary>
    public GroupSnapshot? ViewOf(int node) => _nodes[node].Machine?.Snapshot;

    /// <summary>What a node's machine counted in this life; null while it is off.</summary>
    public FlockCounters? CountersOf(int node) => _nodes[node].Machine?.Counters;

    /// <summary>Whether a node's process runs: neither off nor halted.</summary>
    public bool IsRunning(int node) => _nodes[node] is { IsOn: true, IsPaused: false };

    /// <summary>The id that a node keeps over all its lives.</summary>
    public NodeId IdOf(int node) => _nodes[node].Id;

    /// <summary>The node with this id; -1 where there is none.</summary>
    public int IndexOf(NodeId id) => _nodes.FindIndex(node => node.Id == id);

    /// <summary>Starts a node's process after a while.</summary>
    public void PowerOn(int node, TimeSpan after) => _heap.Push(_now + after.Ticks, SimulatedEventKind.PowerOn, node);

    /// <summary>Kills a node's process: no goodbye, and nothing reaches it any more.</summary>
    public void Crash(int node) => Stop(_nodes[node]);

    /// <summary>Ends a node's process in order, with its goodbyes.</summary>
    public void Leave(int node)
    {
        var leaver = _nodes[node];
        leaver.Machine!.Leave(leaver.ClockAt(_now), _outbox);
        for (var round = 1; round < Goodbyes; round++)
            SendAll(leaver);
        Flush(leaver);
        Stop(leaver);
    }

    /// <summary>Halts a node's process for a while: its socket goes on filling.</summary>
    public void Pause(int node, TimeSpan span)
    {
        _nodes[node].IsPaused = true;
        _nodes[node].DisturbedAt = _now;
        _heap.Push(_now + span.Ticks, SimulatedEventKind.Resume, node);
    }

    /// <summary>Cuts one direction: what <paramref name="from"/> send does not reach <paramref name="to"/>.</summary>
    public void Cut(IReadOnlyCollection<int> from, IReadOnlyCollection<int> to)
    {
        Links.Cut(from, to);
        _invariants.NetworkDisturbed();
    }

    /// <summary>Mends every cut.</summary>
    public void Heal()
    {
        Links.Heal();
        _invariants.NetworkDisturbed();
    }

    /// <summary>What keeps the world from rest, in words; null at rest: one view, one leader, nobody missing and nobody dead, in each connected part.</summary>
    /// <param name="evenInDoubt">Whether a view that is not settled, while somebody in it is in doubt, counts as at rest.</param>
    public string? Unrest(bool evenInDoubt = false) => _invariants.Unrest(evenInDoubt);

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
        }
        _now = until;
    }

    /// <inheritdoc/>
    public void Dispose() => _nodes.ForEach(node => node.Dispose());

    private void Happen(in SimulatedEvent happening)
    {
        var node = _nodes[happening.Node];
        switch (happening.Kind)
        {
            case SimulatedEventKind.PowerOn when !node.IsOn:
                if (node.Boots > 0)
                    node.DisturbedAt = _now;
                node.Start(_now, _options);
                TickWhileDue(node);
                break;
            case SimulatedEventKind.Deadline when node.IsOn && !node.IsPaused && node.ScheduledAt == _now:
                node.ScheduledAt = long.MaxValue;
                TickWhileDue(node);
                break;
            case SimulatedEventKind.Arrival:
                Arrive(node, happening.From, happening.Payload);
                break;
            case SimulatedEventKind.Resume when node.IsPaused:
                Resume(node);
                break;
        }
    }

    private void Arrive(SimulatedNode node, int from, int payload)
    {
        if (node.IsPaused && node.Backlog.Count < SimulatedNode.MaxBacklog)
        {
            node.Backlog.Enqueue((from, payload));
            return;
        }
        if (node.IsOn && !node.IsPaused)
            Receive(node, from, payload);
        else
            _lost++;
        _payloads.Release(payload);
        if (node.IsOn && !node.IsPaused)
            TickWhileDue(node);
    }

    private void Resume(SimulatedNode node)
    {
        node.IsPaused = false;
        node.DisturbedAt = _now;
        // A deadline that came while it was halted went by unheard.
        node.ScheduledAt = long.MaxValue;
        do
        {
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
        var bytes = _payloads.Read(payload);
        _trace.Add(bytes);
        node.Machine!.Receive(node.ClockAt(_now), _nodes[from].Address, bytes, _outbox);
        Flush(node);
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
        SendAll(node);
        foreach (var news in _outbox.Events)
        {
            _trace.Add(System.Runtime.InteropServices.MemoryMarshal.AsBytes(news.Text.AsSpan()));
            Witness?.Invoke(Now, node.Index, news);
            if (_invariants.Breach(node, news) is { } breach)
                throw Failure(breach);
        }
        if (_outbox.Dropped > 0)
            throw Failure($"{node.Name} made more than {FlockOutbox.MaxDatagrams} datagrams in one step.");
        _outbox.Clear();
    }

    private void SendAll(SimulatedNode node)
    {
        foreach (ref readonly var datagram in _outbox.Datagrams)
        {
            _sent++;
            _sentBytes += datagram.Length;
            if (!_byAddress.TryGetValue(datagram.To, out var target)
                || !Links.Carries(node.Index, target)
                || (Network.Loss > 0 && _random.NextDouble() < Network.Loss))
            {
                _lost++;
                continue;
            }
            var payload = _payloads.Take(_outbox.BytesOf(datagram));
            _heap.Push(_now + Way(), SimulatedEventKind.Arrival, target, node.Index, payload);
            if (Network.Duplication > 0 && _random.NextDouble() < Network.Duplication)
            {
                _payloads.Share(payload);
                _heap.Push(_now + Way(), SimulatedEventKind.Arrival, target, node.Index, payload);
            }
        }
    }

    private long Way()
    {
        var way = Network.Latency + _random.Next(Network.Jitter);
        if (Network.Reordering > 0 && _random.NextDouble() < Network.Reordering)
            way += _random.Next(Network.HeldBack);
        return Math.Max(1, way.Ticks);
    }

    private void Stop(SimulatedNode node)
    {
        node.Stop();
        node.DisturbedAt = _now;
        while (node.Backlog.TryDequeue(out var waiting))
            _payloads.Release(waiting.Payload);
    }

    private SimulationException Failure(string what, Exception? inner = null) =>
        new($"seed {_options.Seed}, at {Now.TotalSeconds:F3} s: {what}", inner);
}

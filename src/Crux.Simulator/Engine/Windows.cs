using Crux.Simulator.Invariants;
using Crux.Simulator.Time;

namespace Crux.Simulator.Engine;

/// <summary>
/// Runs the shards of a world, window by window. A window begins with the next event of all and is as long as the network's least
/// latency, so that nothing in it can reach another shard before its end: the shards run at once, and meet at the end. There what they
/// sent each other is handed over, and what they found is told in the order of the history.
/// </summary>
internal sealed class Windows : IDisposable
{
    /// <summary>Fewer events in a window than this are done sooner by one thread than others are told of them.</summary>
    private const double FewEvents = 12;

    /// <summary>Nodes that follow each other are in one shard, so that two threads seldom write to the same line of memory.</summary>
    private const int Neighbours = 8;

    /// <summary>How much the last window counts in the mean of how many events one has.</summary>
    private const double Freshness = 1.0 / 16;

    private readonly FlockSimulation _world;
    private readonly List<SimulatedNode> _nodes;
    private readonly Shard[] _shards;
    private readonly Lock _gate = new();
    private readonly List<string> _repeated = [];
    private readonly List<Finding> _told = [];
    private readonly int _workers;
    private Crew? _crew;
    private long _end;
    private int _round;
    private long _events;
    private double _usual;
    private int _peak;

    public Windows(FlockSimulation world, List<SimulatedNode> nodes, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, SimulationOptions.MaxWorkers);
        var store = new PayloadStore();
        (_world, _nodes, _workers) = (world, nodes, workers);
        _shards = [.. Enumerable.Range(0, Shard.Count).Select(_ => new Shard(world, nodes, store))];
    }

    /// <summary>Nonces that a key met twice.</summary>
    public long NoncesRepeated { get; private set; }

    /// <summary>Where a node with an address of its own belongs.</summary>
    public Shard ShardOf(int node) => _shards[node / Neighbours % _shards.Length];

    /// <summary>What happened so far.</summary>
    public SimulationReport Report(ulong seed, TimeSpan now)
    {
        var trace = default(TraceHash);
        foreach (var node in _nodes)
            trace.Add(node.Trace.Value);
        return new SimulationReport(
            seed, now, _shards.Sum(it => it.Events), _shards.Sum(it => it.Sent), _shards.Sum(it => it.SentBytes), _shards.Sum(it => it.Lost), _peak, trace.Value,
            _shards.Sum(it => it.Replays), _shards.Sum(it => it.ReplaysAccepted));
    }

    /// <summary>Lets happen what happens up to a time.</summary>
    /// <param name="until">The last moment of it.</param>
    /// <param name="reached">Hears of each window's beginning, and of the time of what is told.</param>
    public void Run(long until, Action<long> reached)
    {
        TellFindings(reached);
        for (var next = NextAt(); next <= until; next = NextAt())
        {
            reached(next);
            if (_world.Bounds.Breach(next) is { } full)
                _world.Broken(Invariant.Bounded, full);
            _end = Math.Min(next + _world.Wire.LeastWay, until + 1);
            if (_workers > 1 && _usual >= FewEvents)
                RunTogether();
            else
                RunOneByOne();
            TellFindings(reached);
            Count();
        }
    }

    /// <summary>A nonce was used twice; told after the window's findings. For any thread.</summary>
    public void TellRepeatedNonce(string what)
    {
        lock (_gate)
            _repeated.Add(what);
    }

    /// <summary>Makes a node part of another shard, with all that is to happen to it.</summary>
    public static void Regroup(SimulatedNode node, Shard shard)
    {
        var all = node.Shard.TakeAll();
        var was = node.Shard;
        node.Shard = shard;
        foreach (var one in all)
            (one.Node == node.Index ? shard : was).Put(one);
    }

    public void Dispose() => _crew?.Dispose();

    private long NextAt()
    {
        var next = long.MaxValue;
        foreach (var shard in _shards)
            next = Math.Min(next, shard.NextAt);
        return next;
    }

    private void RunOneByOne()
    {
        foreach (var shard in _shards)
            shard.Run(_end);
    }

    private void RunTogether()
    {
        _crew ??= new Crew(_workers, RunSome);
        _round++;
        foreach (var shard in _shards)
            shard.IsAmongOthers = true;
        _crew.Run();
        foreach (var shard in _shards)
        {
            shard.IsAmongOthers = false;
            foreach (ref readonly var sent in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shard.Abroad))
                _nodes[sent.Node].Shard.Put(sent);
            shard.Abroad.Clear();
        }
    }

    // Each thread begins elsewhere, so that a shard is mostly the same one's; whoever is done early takes over from others.
    private void RunSome(int worker)
    {
        var first = worker * _shards.Length / _workers;
        for (var i = 0; i < _shards.Length; i++)
        {
            var shard = _shards[(first + i) % _shards.Length];
            if (Volatile.Read(ref shard.Round) != _round && Interlocked.Exchange(ref shard.Round, _round) != _round)
                shard.Run(_end);
        }
    }

    private void TellFindings(Action<long> reached)
    {
        Shard? stopped = null;
        foreach (var shard in _shards)
        {
            _told.AddRange(shard.Findings);
            shard.Findings.Clear();
            if (shard.Stopped is not null && (stopped is null || shard.StoppedAt.CompareTo(stopped.StoppedAt) < 0))
                stopped = shard;
        }
        _told.Sort();
        foreach (var finding in _told)
        {
            if (stopped is not null && (finding.At, finding.Order).CompareTo(stopped.StoppedAt) > 0)
                break;
            reached(finding.At);
            finding.Tell();
        }
        _told.Clear();
        // In an order that says nothing of which thread was faster.
        _repeated.Sort(StringComparer.Ordinal);
        NoncesRepeated += _repeated.Count;
        foreach (var what in _repeated)
            _world.Broken(Invariant.NonceOnce, what);
        _repeated.Clear();
        if (stopped is not null)
            throw stopped.Stopped!;
    }

    private void Count()
    {
        var (events, waiting) = (0L, 0);
        foreach (var shard in _shards)
            (events, waiting) = (events + shard.Events, waiting + shard.Waiting);
        _usual += (events - _events - _usual) * Freshness;
        (_events, _peak) = (events, Math.Max(_peak, waiting));
    }
}

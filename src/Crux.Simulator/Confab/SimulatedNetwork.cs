using Crux.Machines;

namespace Crux.Simulator.Confab;

/// <summary>
/// A network in memory for real drivers: datagrams go from confab to confab with latency, loss and cuts, and no socket is opened.
/// Chance is seeded, but the threads of the drivers are not: for repeatable histories use <see cref="FlockSimulation"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SimulatedNetwork(ulong seed, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SeededRandom _random = new(seed);
    private readonly Dictionary<NetAddress, SimulatedConfab> _confabs = [];
    private readonly HashSet<(NetAddress From, NetAddress To)> _cuts = [];
    private NetworkConditions _conditions = new();

    /// <summary>What the network does to datagrams; may be changed at any time.</summary>
    public NetworkConditions Conditions
    {
        get
        {
            lock (_gate)
                return _conditions;
        }
        set
        {
            lock (_gate)
                _conditions = value;
        }
    }

    /// <summary>A confab of this network.</summary>
    /// <exception cref="InvalidOperationException">The address is in use.</exception>
    public SimulatedConfab Open(NetAddress address, IReadOnlyList<AddressRange> neighbourhood)
    {
        var confab = new SimulatedConfab(this, time, address, neighbourhood);
        lock (_gate)
        {
            if (!_confabs.TryAdd(address, confab))
                throw new InvalidOperationException($"{address} is in use.");
        }
        return confab;
    }

    /// <summary>Cuts one direction.</summary>
    public void Cut(NetAddress from, NetAddress to)
    {
        lock (_gate)
            _cuts.Add((from, to));
    }

    /// <summary>Mends every cut.</summary>
    public void Heal()
    {
        lock (_gate)
            _cuts.Clear();
    }

    internal void Carry(NetAddress from, NetAddress to, ReadOnlySpan<byte> datagram)
    {
        SimulatedConfab? target;
        TimeSpan first;
        TimeSpan? second = null;
        lock (_gate)
        {
            if (!_confabs.TryGetValue(to, out target) || _cuts.Contains((from, to)) || _random.NextDouble() < _conditions.Loss)
                return;
            first = Way();
            if (_random.NextDouble() < _conditions.Duplication)
                second = Way();
        }
        var bytes = datagram.ToArray();
        target.Post(from, bytes, first);
        if (second is { } again)
            target.Post(from, bytes, again);
    }

    internal void Close(SimulatedConfab confab)
    {
        lock (_gate)
        {
            if (_confabs.GetValueOrDefault(confab.Address) == confab)
                _confabs.Remove(confab.Address);
        }
    }

    private TimeSpan Way() =>
        _conditions.Latency + _random.Next(_conditions.Jitter) + (_random.NextDouble() < _conditions.Reordering ? _random.Next(_conditions.HeldBack) : TimeSpan.Zero);
}

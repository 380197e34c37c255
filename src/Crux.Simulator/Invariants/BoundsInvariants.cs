using Crux.Machines.Flock;

namespace Crux.Simulator.Invariants;

/// <summary>Looks once a second whether every table of every machine keeps within its limit.</summary>
internal sealed class BoundsInvariants(IReadOnlyList<SimulatedNode> nodes)
{
    private static readonly long Period = TimeSpan.TicksPerSecond;

    private readonly List<FlockGauge> _gauges = [];
    private long _due = Period;

    /// <summary>Test hook: a table that every machine is said to have.</summary>
    public FlockGauge? Planted { get; set; }

    /// <summary>What is over its limit; null where nothing is, or where it is not time to look.</summary>
    public string? Breach(long now)
    {
        if (now < _due)
            return null;
        _due = now + Period;
        foreach (var node in nodes)
        {
            if (node.Machine is not { } machine)
                continue;
            _gauges.Clear();
            machine.Measure(_gauges);
            _gauges.Add(new FlockGauge("its socket", node.Backlog.Count, SimulatedNode.MaxBacklog));
            if (Planted is { } planted)
                _gauges.Add(planted);
            foreach (var gauge in _gauges)
            {
                if (gauge.Count > gauge.Limit)
                    return $"{node.Name}: {gauge.Name} holds {gauge.Count}, and its limit is {gauge.Limit}.";
            }
        }
        return null;
    }
}

using Crux.Simulator.Network;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Takes the figures of start-up and of rest.</summary>
internal sealed class Measures(FlockSimulation world, bool hasColdStart)
{
    /// <summary>What still goes on just after the first rest belongs to the start.</summary>
    private static readonly TimeSpan SettleDown = TimeSpan.FromSeconds(5);

    /// <summary>Less than this says nothing of a second's traffic.</summary>
    private static readonly TimeSpan LeastSteady = TimeSpan.FromSeconds(5);

    private List<Traffic> _steadyFrom = [];
    private TimeSpan? _restAt;
    private TimeSpan? _steadyAt;

    public bool IsOver { get; private set; }

    public double? FullView { get; private set; }

    public double? Leader { get; private set; }

    public double? Fenced { get; private set; }

    public TrafficFigures? ColdStart { get; private set; }

    public TrafficFigures? Steady { get; private set; }

    /// <summary>Looks whether the world has come to its first rest, or rests for long enough to be measured.</summary>
    public void Look(Func<bool> isAtRest)
    {
        if (_restAt is null && isAtRest())
        {
            _restAt = world.Now;
            ColdStart = hasColdStart ? Figures([], world.Now, 1) : null;
        }
        if (_restAt is { } rest && _steadyAt is null && world.Now - rest >= SettleDown)
        {
            _steadyAt = world.Now;
            _steadyFrom = [.. world.Nodes.Select(node => node.Sent)];
        }
    }

    /// <summary>The first disturbance, or the end.</summary>
    public void End(TimeSpan lastBoot, TimeSpan? fullSince, TimeSpan? leaderSince, TimeSpan? fencedSince)
    {
        IsOver = true;
        FullView = hasColdStart ? Since(lastBoot, fullSince) : null;
        Leader = hasColdStart ? Since(lastBoot, leaderSince) : null;
        Fenced = hasColdStart ? Since(lastBoot, fencedSince) : null;
        if (_steadyAt is { } from && world.Now - from >= LeastSteady)
            Steady = Figures(_steadyFrom, world.Now - from, (world.Now - from).TotalSeconds);
    }

    private static double? Since(TimeSpan lastBoot, TimeSpan? at) => at is { } it ? Math.Max(0, (it - lastBoot).TotalSeconds) : null;

    private TrafficFigures Figures(List<Traffic> from, TimeSpan span, double per)
    {
        var sent = world.Nodes.Select((node, i) => i < from.Count
            ? (Datagrams: node.Sent.Datagrams - from[i].Datagrams, Bytes: node.Sent.Bytes - from[i].Bytes)
            : (node.Sent.Datagrams, node.Sent.Bytes)).ToList();
        return new TrafficFigures(
            span.TotalSeconds,
            Spread.Of(sent.Select(it => it.Datagrams / per)),
            Spread.Of(sent.Select(it => it.Bytes / per)),
            Spread.Of(sent.Select(it => (it.Bytes + (it.Datagrams * Traffic.HeaderBytes)) / per)));
    }
}

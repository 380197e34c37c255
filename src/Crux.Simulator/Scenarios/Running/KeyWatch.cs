namespace Crux.Simulator.Scenarios.Running;

/// <summary>Counts how often the flock's keys turn: at the first node that runs, as all turn within a datagram's way of each other.</summary>
internal sealed class KeyWatch(FlockSimulation world)
{
    private (uint Generation, long Epoch) _last;

    public long Rotations { get; private set; }

    public uint Generation => _last.Generation;

    public void Look()
    {
        if (world.Nodes.FirstOrDefault(static node => node.IsRunning && !node.IsOutcast)?.Machine is not { } machine || machine.KeyTime is var seen && seen.CompareTo(_last) <= 0)
            return;
        if (_last.Generation != 0)
            Rotations += seen.Generation == _last.Generation ? seen.Epoch - _last.Epoch : 1;
        _last = seen;
    }

    /// <summary>What a run came to.</summary>
    /// <param name="ordered">Generations that the operator ordered.</param>
    public KeyFigures Conclude(int ordered)
    {
        var report = world.Report;
        // Of those who hear each other, whoever is reached by the fewest tells how many others are missing.
        var unreached = world.Rest.Parts().Sum(part => part.Max(node => Math.Max(0, part.Count - world.Digests[node.Index].Reachable)));
        return new KeyFigures(
            Rotations, ordered, Generation, world.Membership.Lost + unreached, report.Sent, world.NoncesRepeated, report.Replays, report.ReplaysAccepted);
    }
}

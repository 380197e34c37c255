using Crux.Machines.Flock;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Flock;

namespace Crux.Simulator;

/// <summary>What a simulated world is made of. The seed apart, everything has a default.</summary>
public sealed record SimulationOptions
{
    /// <summary>Gives the history: the same seed and script, the same events to the last bit.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The addresses that nodes have and probe. Default 10.66.0.0/22; nodes lie in it at random.</summary>
    public AddressRange Range { get; init; } = AddressRange.Around(0x0A42_0000, 22);

    /// <summary>The network at the start; <see cref="FlockSimulation.Network"/> changes it.</summary>
    public NetworkConditions Network { get; init; } = new();

    /// <summary>The flock's rules; the ranges are filled in.</summary>
    public FlockOptions Flock { get; init; } = new();

    /// <summary>What seals frames. Default: plaintext with tags.</summary>
    public IFrameCipherSource Ciphers { get; init; } = new PlainFrameCipherSource();

    /// <summary>Whether a broken invariant is written down (<see cref="FlockSimulation.Breaches"/>) and the history goes on; else it throws.</summary>
    public bool KeepsGoing { get; init; }

    /// <summary>A planted fault: each boot of a node has the secret of the one before.</summary>
    internal bool RepeatsBootSecrets { get; init; }
}

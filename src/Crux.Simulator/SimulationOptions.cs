using System.Collections.Immutable;
using System.Numerics;
using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Flock;

namespace Crux.Simulator;

/// <summary>What a simulated world is made of. The seed apart, everything has a default.</summary>
public sealed record SimulationOptions
{
    /// <summary>The most <see cref="Workers"/>.</summary>
    public const int MaxWorkers = 16;

    private const ulong ScatterSalt = 0x5CA7;

    /// <summary>Gives the history: the same seed and script, the same events to the last bit.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The addresses that nodes have and probe. Default 10.66.0.0/22; nodes lie in it at random.</summary>
    public AddressRange Range { get; init; } = AddressRange.Around(0x0A42_0000, 22);

    /// <summary>How many addresses from the start of <see cref="Range"/> on nodes have and probe, in ranges that are as wide as they can be; 0: just the range.</summary>
    public uint Addresses { get; init; }

    /// <summary>
    /// Nodes of IPv6 are anywhere in the /64 of <see cref="Range"/>, as SLAAC places them, and so many of the first are everybody's contacts: there is
    /// no range to probe. 0: they are in the range.
    /// </summary>
    public int ScatteredContacts { get; init; }

    /// <summary>The network at the start; <see cref="FlockSimulation.Network"/> changes it.</summary>
    public NetworkConditions Network { get; init; } = new();

    /// <summary>The flock's rules; the ranges are filled in.</summary>
    public FlockOptions Flock { get; init; } = new();

    /// <summary>What seals frames. Default: plaintext with tags.</summary>
    public IFrameCipherSource Ciphers { get; init; } = new PlainFrameCipherSource();

    /// <summary>Whether a broken invariant is written down (<see cref="FlockSimulation.Breaches"/>) and the history goes on; else it throws.</summary>
    public bool KeepsGoing { get; init; }

    /// <summary>Threads that run this world. The history is the same for any number; more than one pay from some hundred nodes on. Default 1; from 1 to <see cref="MaxWorkers"/>.</summary>
    public int Workers { get; init; } = 1;

    internal uint AddressCount => Addresses == 0 ? Range.Count : Addresses;

    /// <summary>What nodes are told to probe.</summary>
    internal ImmutableArray<AddressRange> Ranges
    {
        get
        {
            if (ScatteredContacts > 0)
                return [];
            if (Addresses == 0)
                return [Range];
            var ranges = ImmutableArray.CreateBuilder<AddressRange>();
            for (uint at = 0, left = Addresses; left > 0;)
            {
                var size = 1u << BitOperations.Log2(left);
                ranges.Add(AddressRange.Of(Range.At(at, 0), BitOperations.Log2(size)));
                (at, left) = (at + size, left - size);
            }
            return ranges.ToImmutable();
        }
    }

    /// <summary>Single addresses that nodes are told to probe.</summary>
    internal ImmutableArray<NetAddress> Contacts => [.. Enumerable.Range(0, ScatteredContacts).Select(number => ScatteredAt((ulong)number))];

    /// <summary>The address of a scattered node, by number.</summary>
    internal NetAddress ScatteredAt(ulong number) => Range.First with { Low = Mix.Three(Seed, ScatterSalt, number), Port = FlockSimulation.Port };

    /// <summary>Whether nodes make snapshots and tell who comes and goes, as real ones do. Off, thousands cost a fraction; checks of members' lives don't need it, that of phantom clones does.</summary>
    public bool WatchesViews { get; init; } = true;

    /// <summary>A planted fault: each boot of a node has the secret of the one before.</summary>
    internal bool RepeatsBootSecrets { get; init; }
}

using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Flock;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Builds the world that a scenario begins with.</summary>
internal static class WorldOfScenario
{
    private static readonly NetAddress FirstV4 = NetAddress.V4(0x0A40_0000, 0), FirstV6 = new(0xFD0A_0040_0000_0000, 0, 0);

    /// <summary>The range that addresses are taken from: 2^20 of them and, at the lowest densities, what follows it.</summary>
    private const int RangeBits = 20;

    /// <summary>Ranges are cut to multiples of this.</summary>
    private const uint Grain = 64;

    /// <summary>What the first flock was sealed as, where it was.</summary>
    private const ulong FirstUuid = 7;

    /// <summary>In larger worlds nobody reads snapshots: each costs as much as all else that its node does for a second.</summary>
    private const int MostWatched = 256;

    /// <summary>Makes it, with all boots on their way.</summary>
    /// <returns>The world, and when its last machine starts.</returns>
    public static (FlockSimulation World, TimeSpan LastBoot) Build(ScenarioFile scenario, ulong seed, SeededRandom random, int workers)
    {
        var addresses = (uint)Math.Ceiling(scenario.Nodes / scenario.Density);
        var world = new FlockSimulation(new SimulationOptions
        {
            Seed = seed,
            Workers = workers,
            KeepsGoing = true,
            Range = AddressRange.Of(scenario.Addresses == AddressPattern.V4 ? FirstV4 : FirstV6, RangeBits),
            ScatteredContacts = scenario.Contacts,
            Addresses = Math.Max(Grain, (addresses + Grain - 1) / Grain * Grain),
            Network = scenario.Network,
            Flock = scenario.Rules,
            WatchesViews = scenario.Nodes <= MostWatched,
            Ciphers = scenario.RealCrypto ? new AesFrameCipherSource() : new PlainFrameCipherSource(),
        });
        foreach (var (flock, count) in Share(scenario.Nodes, scenario.Flocks, flock => flock.Share))
            Add(world, scenario, flock, count);
        LayWires(world, scenario);
        return (world, Boot(world, scenario, random));
    }

    private static void Add(FlockSimulation world, ScenarioFile scenario, FlockPlan flock, int count)
    {
        var plain = Scenario.Credentials(flock.Name, flock.Bloc, (ulong)flock.Secret);
        // Flocks of one secret have one operator; what tells them apart is what they were sealed as.
        var boss = Operator.KeyOf(flock);
        if (!flock.IsSealed)
        {
            world.AddNodes(count, scenario.Timeline.Any(step => step.IsOrder) ? new FlockCredentials(plain.Name, plain.Bloc, plain.Secret) { OperatorPublicKey = boss.PublicKey } : plain);
            return;
        }
        var number = scenario.Flocks.TakeWhile(other => !ReferenceEquals(other, flock)).Count();
        world.AddSealedNodes(count, new FlockCredentials(plain.Name, plain.Bloc, plain.Secret) { OperatorPublicKey = boss.PublicKey }, boss, FirstUuid + (UInt128)number);
    }

    private static TimeSpan Boot(FlockSimulation world, ScenarioFile scenario, SeededRandom random)
    {
        // Addresses are by chance, so the order of nodes says nothing of place: racks may take them in turn.
        var (next, last) = (0, TimeSpan.Zero);
        foreach (var (rack, count) in Share(scenario.Nodes, scenario.Racks, rack => rack.Share))
        {
            for (var end = next + count; next < end; next++)
            {
                world.Nodes[next].Rack = rack.Name;
                if (scenario.StartsSettled)
                    continue;
                var at = rack.At + random.Next(rack.Over);
                world.PowerOn(next, at);
                last = at > last ? at : last;
            }
        }
        foreach (var node in world.Nodes)
        {
            if (scenario.ClockPpm > 0)
                world.SetClockRate(node.Index, random.Next((2 * scenario.ClockPpm) + 1) - scenario.ClockPpm);
        }
        if (scenario.StartsSettled)
            world.StartSettled();
        return last;
    }

    private static void LayWires(FlockSimulation world, ScenarioFile scenario)
    {
        var wires = scenario.Flocks.Select(flock => flock.Wire).Distinct().ToList();
        var first = 0;
        foreach (var (flock, count) in Share(scenario.Nodes, scenario.Flocks, flock => flock.Share))
        {
            world.PutOnWire(Enumerable.Range(first, count), wires.IndexOf(flock.Wire));
            first += count;
        }
    }

    // Whole numbers that sum up, whatever the shares.
    private static List<(T Of, int Count)> Share<T>(int all, IReadOnlyList<T> among, Func<T, double> weight)
    {
        var total = among.Sum(weight);
        var parts = new List<(T, int)>();
        var (given, weighed) = (0, 0.0);
        foreach (var one in among)
        {
            weighed += weight(one);
            var until = (int)Math.Round(all * weighed / total);
            parts.Add((one, until - given));
            given = until;
        }
        return parts;
    }
}

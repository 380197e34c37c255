using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Crux.Simulator.Flock;

namespace Crux.Simulator.Tests.Flock;

/// <summary>
/// Two sealed flocks of one secret, bloc and name find themselves on one network, as after a mistake at a switch. The world's invariants
/// fail a history in which a node takes in one of the other.
/// </summary>
public sealed class CrossWiringTests
{
    /// <summary>So many flocks grow from nothing before they are wired together.</summary>
    private const ulong Grown = 8;

    /// <summary>CRUX_CROSS_WIRINGS asks for more, from CRUX_CROSS_WIRINGS_FROM on: those beyond <see cref="Grown"/> begin as flocks that grew long ago.</summary>
    private static readonly ulong Seeds = Asked("CRUX_CROSS_WIRINGS", 24);

    private static readonly ulong First = Asked("CRUX_CROSS_WIRINGS_FROM", 1);

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    [Fact]
    public void Two_sealed_flocks_of_fifty_never_mix_and_every_node_is_alarmed_in_bound()
    {
        var slowest = TimeSpan.Zero;
        for (var seed = First; seed < First + Seeds; seed++)
        {
            var took = CrossWire(seed, 50);
            slowest = took > slowest ? took : slowest;
        }
        TestContext.Current.SendDiagnosticMessage($"{Seeds} cross-wirings of 50 and 50: all alarmed after {slowest.TotalSeconds:F2} s at the latest.");
    }

    [Fact]
    public void A_sealed_flock_that_was_cut_in_two_heals()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            using var world = World(seed, 40);
            Sealed(world, 40, 7);
            PowerOn(world);
            Until(world, () => world.Unrest(), TimeSpan.FromSeconds(30));
            var (left, right) = (Enumerable.Range(0, 20).ToList(), Enumerable.Range(20, 20).ToList());
            world.Cut(left, right);
            world.Cut(right, left);
            world.Run(TimeSpan.FromSeconds(20));
            world.Heal();
            Until(world, () => world.Unrest(), TimeSpan.FromSeconds(60));
            Assert.All(Enumerable.Range(0, 40), node => Assert.Equal((UInt128)7, world.UuidOf(node)));
        }
    }

    private static ulong Asked(string variable, ulong usual) => ulong.TryParse(Environment.GetEnvironmentVariable(variable), out var asked) ? asked : usual;

    private static TimeSpan CrossWire(ulong seed, int each)
    {
        using var world = World(seed, 2 * each);
        Sealed(world, each, 7);
        Sealed(world, each, 8);
        var (left, right) = (Enumerable.Range(0, each).ToList(), Enumerable.Range(each, each).ToList());
        world.Cut(left, right);
        world.Cut(right, left);
        if (seed <= Grown)
        {
            PowerOn(world);
            Until(world, () => world.Unrest(), TimeSpan.FromSeconds(30));
            // Long enough for both to have backed off from looking for others.
            world.Run(TimeSpan.FromSeconds(20));
        }
        else
        {
            world.StartSettled();
            Until(world, () => world.Unrest(), TimeSpan.FromSeconds(30));
            world.Run(TimeSpan.FromMilliseconds(seed * 7 % 3_000));
        }
        var alarmed = new HashSet<int>();
        world.Witness = (_, node, news) =>
        {
            if (news is ForeignFlock)
                alarmed.Add(node);
        };
        world.Heal();
        var before = world.Now;
        Until(world, () => alarmed.Count == 2 * each ? null : $"{alarmed.Count} of {2 * each} are alarmed", Bound);
        var took = world.Now - before;
        world.Run(TimeSpan.FromSeconds(5));
        for (var node = 0; node < 2 * each; node++)
        {
            Assert.Equal((UInt128)(node < each ? 7 : 8), world.UuidOf(node));
            Assert.Equal(each, world.DigestOf(node)!.Value.Size);
        }
        return took;
    }

    // Every other address is a node's.
    private static FlockSimulation World(ulong seed, int nodes) =>
        new(new SimulationOptions { Seed = seed, Addresses = (uint)(2 * nodes), Network = new() { Loss = 0.01 } });

    private static void Sealed(FlockSimulation world, int nodes, UInt128 uuid)
    {
        var boss = new SimulatedSigner(0xb055);
        var shared = Scenario.Credentials("alpha", "lab", 1);
        world.AddSealedNodes(nodes, new FlockCredentials(shared.Name, shared.Bloc, shared.Secret) { OperatorPublicKey = boss.PublicKey }, boss, uuid);
    }

    private static void PowerOn(FlockSimulation world)
    {
        for (var node = 0; node < world.Count; node++)
            world.PowerOn(node, TimeSpan.FromMilliseconds(10 * node));
    }

    private static void Until(FlockSimulation world, Func<string?> missing, TimeSpan within)
    {
        var until = world.Now + within;
        for (var what = missing(); what is not null; what = missing())
        {
            Assert.True(world.Now < until, $"{world.Report}: {what}");
            world.Run(TimeSpan.FromMilliseconds(50));
        }
    }
}

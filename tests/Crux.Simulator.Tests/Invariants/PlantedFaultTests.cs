using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;
using Crux.Simulator.Invariants;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Simulator.Tests.Invariants;

/// <summary>A checker that never fires is worth nothing: each is shown a machine, or a world, that does wrong.</summary>
public sealed class PlantedFaultTests
{
    [Fact]
    public void Without_a_fault_nothing_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true, Network = new() { Duplication = 0.1, Replay = 0.1 } });
        story.Crash(3).Run(Span(12)).PowerOn(Span(1), 3).Run(Span(20));
        Assert.Empty(story.World.Breaches);
    }

    [Fact]
    public void Boots_that_share_a_secret_repeat_a_nonce()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true, RepeatsBootSecrets = true });
        Assert.Empty(story.World.Breaches);
        story.Crash(3).PowerOn(Span(1), 3);
        AssertFound(story, Invariant.NonceOnce, "sealed a second frame");
    }

    [Fact]
    public void A_node_without_a_replay_window_accepts_a_datagram_twice()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true, Ciphers = new CredulousCipherSource(), Network = new() { Duplication = 0.2 } });
        // As if the window were not there: the copy comes under a counter that was not seen, and the tag proves nothing to this cipher.
        story.World.Alters = static (frame, isCopy) =>
        {
            if (isCopy)
                frame[CounterOffset] ^= 1;
        };
        story.Run(Span(5));
        AssertFound(story, Invariant.AcceptedOnce, "twice");
    }

    [Fact]
    public void A_healthy_node_whose_datagrams_vanish_is_evicted_and_that_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        story.Run(Span(30));
        story.World.Wire.Swallows = static (from, to) => from == 3 || to == 3;
        story.Run(Span(20));
        AssertFound(story, Invariant.NoFalseEviction, "evicted node3, which is healthy");
        Assert.True(story.World.Membership.FalseEvictions > 0);
    }

    /// <summary>Of ten that were deaf by turns one heard 40 s later which lives had ended meanwhile (sick-flip-flop, seed 5).</summary>
    [Fact]
    public void Who_hears_late_of_a_sick_nodes_end_evicts_nobody_who_is_healthy()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        story.Run(Span(40));
        var (nodes, sick) = (story.World.Nodes, story.World.Nodes[3]);
        var life = sick.Machine!.Life;
        string? Judge(int reporter, uint incarnation) => story.World.Membership.BreachOfEvicting(
            nodes[reporter], new LifeChange(sick.Address, incarnation, life.Salt, IsLive: false, IsEvicted: true, incarnation, life.Salt), story.World.Now.Ticks)?.What;

        sick.LossIn = 0.9;
        Assert.Null(Judge(0, life.Incarnation));
        sick.LossIn = 0;

        Assert.Null(Judge(1, life.Incarnation));
        Assert.Contains("evicted node3, which is healthy", Judge(1, life.Incarnation + 1));
    }

    [Fact]
    public void A_member_of_another_flock_that_is_taken_in_is_found()
    {
        using var story = Scenario.Of(new SimulationOptions { Seed = 1, KeepsGoing = true }, 8);
        // It speaks with this flock's keys, and belongs to another.
        story.World.Nodes[3].Flock = 99;
        story.PowerOn(Span(0.5)).Run(Span(5));
        AssertFound(story, Invariant.FlocksApart, "took in node3");
    }

    [Fact]
    public void A_member_that_never_existed_is_found()
    {
        using var story = Scenario.Of(new SimulationOptions { Seed = 1, KeepsGoing = true }, 4);
        story.World.FalsifiesLives = (_, change) => change.IsLive ? change with { Address = NetAddress.V4(0x0102_0304, FlockSimulation.Port) } : change;
        story.PowerOn(Span(0.5)).Run(Span(5));
        AssertFound(story, Invariant.FlocksApart, "where no node ever was");
    }

    [Fact]
    public void A_life_that_was_seen_to_end_and_comes_back_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        // The machine that forgets what it buried: the newcomer has the incarnation of the one that died.
        uint died = 0;
        story.World.FalsifiesLives = (_, change) =>
        {
            if (!change.IsLive)
                died = change.Incarnation;
            return change is { IsLive: true, LivedBefore: null } && died > 0 ? change with { Incarnation = died } : change;
        };
        story.Crash(3).Run(Span(12)).PowerOn(Span(1), 3).Run(Span(10));
        AssertFound(story, Invariant.NoResurrection, "which it had seen the end of");
    }

    [Fact]
    public void A_life_that_goes_backwards_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        story.World.FalsifiesLives = static (_, change) => change with { IsLive = true, Salt = change.SaltBefore, LivedBefore = change.Incarnation + 1 };
        story.Crash(3).Run(Span(12));
        AssertFound(story, Invariant.NoResurrection, "back from incarnation");
    }

    [Fact]
    public void What_is_checked_of_lives_needs_no_snapshots()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true, WatchesViews = false });
        story.Run(Span(30));
        story.World.Wire.Swallows = static (from, to) => from == 3 || to == 3;
        story.Run(Span(20));
        AssertFound(story, Invariant.NoFalseEviction, "evicted node3, which is healthy");
    }

    [Fact]
    public void Two_fenced_leaders_of_one_term_are_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        story.World.Leaders.Falsifies = (node, _) => FenceOf(story, node < 4 ? 0 : 7, 1, isMine: false);
        story.Run(Span(2));
        AssertFound(story, Invariant.OneFencedLeader, "in term 1, which is");
    }

    [Fact]
    public void Two_leases_at_once_are_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        // It did not hear that its time is over.
        story.World.Leaders.Falsifies = (node, _) => node is 0 or 7 ? FenceOf(story, node, node is 0 ? 1UL : 2, isMine: true) : null;
        story.Run(Span(2));
        AssertFound(story, Invariant.OneLease, "leads with a lease");
    }

    [Fact]
    public void A_node_that_goes_back_to_a_lower_term_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        var from = story.World.Now;
        story.World.Leaders.Falsifies = (_, _) => FenceOf(story, 0, story.World.Now - from < Span(1) ? 5UL : 4, isMine: false);
        story.Run(Span(3));
        AssertFound(story, Invariant.TermsRise, "after a higher one");
    }

    [Fact]
    public void A_clone_that_nobody_made_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        story.World.Falsifies = (node, news) => news is MemberLeft left ? new CloneSeen(left.Member.Id, left.Member.Name, left.Member.Address, story.World.AddressOf(node)) : news;
        story.Crash(3).Run(Span(12));
        AssertFound(story, Invariant.NoPhantomClone, "a clone where there is none");
    }

    [Fact]
    public void A_crash_that_nobody_notices_is_found()
    {
        // A minute of asking: the machine that never makes up its mind.
        var minute = TimeSpan.FromMinutes(1);
        var blind = new FlockOptions { ProbeTime = minute, MaxProbeTime = minute };
        var result = Run(Small with { Rules = blind, Timeline = [new Step(StepKind.Await, 1) { Within = Span(30) }, Picked(StepKind.Crash)], RunOn = Span(40) });
        AssertFound(result, Invariant.CrashRemoved);
    }

    [Fact]
    public void Parts_that_do_not_find_each_other_again_are_found()
    {
        var run = new ScenarioRun(
            Small with
            {
                Timeline =
                [
                    new Step(StepKind.Await, 1) { Within = Span(30) },
                    new Step(StepKind.Partition, 2) { Nodes = new NodePick(NodePickKind.First, 5) },
                    new Step(StepKind.Heal, 3) { After = Span(15) },
                ],
                RunOn = Span(40),
            },
            1);
        // The cut is mended, and nothing comes through: as if nobody looked for the other side.
        run.World.Wire.Swallows = (from, to) => run.World.Now > Span(15) && (from < 5) != (to < 5);
        AssertFound(run.Run(TestContext.Current.CancellationToken), Invariant.Merged);
    }

    [Fact]
    public void Views_that_stay_apart_are_found()
    {
        var run = new ScenarioRun(Small with { RunOn = Span(40) }, 1);
        run.World.Wire.Swallows = static (from, to) => (from < 5) != (to < 5);
        AssertFound(run.Run(TestContext.Current.CancellationToken), Invariant.OneView);
    }

    [Fact]
    public void A_machine_that_throws_is_found()
    {
        var run = new ScenarioRun(Small with { RunOn = Span(5) }, 1);
        // In the midst of its step, as a broken invariant of its own would.
        run.World.FalsifiesLives = static (node, change) => node == 3 ? throw new InvalidOperationException("planted") : change;
        var result = run.Run(TestContext.Current.CancellationToken);
        Assert.Contains(result.Violations, breach => breach.Invariant == Invariant.Sound && breach.What.Contains("node3 threw", StringComparison.Ordinal) && breach.What.Contains("planted", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_over_its_limit_is_found()
    {
        using var story = Started(new SimulationOptions { Seed = 1, KeepsGoing = true });
        Assert.Empty(story.World.Breaches);
        story.World.Bounds.Planted = new FlockGauge("planted", 11, 10);
        story.Run(Span(3));
        AssertFound(story, Invariant.Bounded, "planted holds 11, and its limit is 10");
    }

    private const int CounterOffset = 19;

    private static ScenarioFile Small { get; } = new()
    {
        Name = "small",
        Nodes = 12,
        RestWithin = TimeSpan.FromSeconds(25),
        Network = new() { Loss = 0.01 },
        Racks = [new RackPlan("r1", 1, TimeSpan.Zero, TimeSpan.FromSeconds(1))],
        Flocks = [new FlockPlan("alpha", "lab", 1, 1, "a")],
        Expect = new Expectations { Rest = false },
    };

    private static Step Picked(StepKind kind) => new(kind, 2) { Nodes = new NodePick(NodePickKind.Some, 1) };

    private static RunResult Run(ScenarioFile scenario) => new ScenarioRun(scenario, 1).Run(TestContext.Current.CancellationToken);

    private static Fence FenceOf(Scenario story, int leader, ulong term, bool isMine) => new(77, term, story.World.IdOf(leader), story.World.AddressOf(leader), isMine);

    private static Scenario Started(SimulationOptions options) => Scenario.Of(options, 8).PowerOn(Span(0.5)).UntilRest("one view", Span(30));

    private static void AssertFound(Scenario story, Invariant invariant, string what) =>
        Assert.Contains(story.World.Breaches, breach => breach.Invariant == invariant && breach.What.Contains(what, StringComparison.Ordinal));

    private static void AssertFound(RunResult result, Invariant invariant) =>
        Assert.Contains(result.Violations, breach => breach.Invariant == invariant && breach.What.StartsWith("Nothing happened for 25 s", StringComparison.Ordinal));

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(seconds);
}

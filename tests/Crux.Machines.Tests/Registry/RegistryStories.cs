using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>Reeves and stewards together, with no time but the test's and no network but queues.</summary>
public sealed class RegistryStories
{
    private static readonly Selector Galumph = Selector.Parse("galumph2");

    [Fact]
    public void A_service_that_returns_on_another_port_is_looked_up_there()
    {
        var net = Led(3);
        net.Watch(net[3], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Settle();
        net.Beat(net[2], 1, Point("galumph2_3", 5000));
        net.Settle();

        Assert.Equal("10.0.0.2:5000", Offered(net[3]).Single().Address.ToString());
    }

    [Fact]
    public void A_failing_health_check_is_listed_everywhere_and_offered_nowhere()
    {
        var net = Led(3);
        net.Watch(net[3], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Settle();
        net.Beat(net[2], 1, Point("galumph2_3", 4000) with { Status = ServiceStatus.Unhealthy, Reason = "database away" });
        net.Settle();

        var answer = net[3].Answers[Galumph];
        Assert.Empty(answer.Ranked.Offered);
        Assert.Equal("unhealthy: database away", Assert.Single(answer.Ranked.LeftOut).Reason);
        Assert.Equal(1, net[1].Steward!.Count);
    }

    [Fact]
    public void A_process_that_hangs_is_gone_from_look_up_on_another_node_with_its_validity()
    {
        var net = Led(3);
        net.Watch(net[3], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000) with { ValidFor = TimeSpan.FromSeconds(6) });
        net.Settle();
        net.Pass(TimeSpan.FromSeconds(5.9));
        net.Settle();
        Assert.Single(Offered(net[3]));
        net.Pass(TimeSpan.FromSeconds(0.1));
        net.Settle();

        Assert.Empty(Offered(net[3]));
    }

    [Fact]
    public void A_new_steward_is_rebuilt_from_three_reeves_and_no_cache_loses_an_entry_meanwhile()
    {
        var net = Led(3);
        foreach (var site in net.Sites)
        {
            net.Watch(site, "galumph2");
            net.Beat(site, 1, Point("galumph2_3", 4000));
        }
        net.Settle();

        net.SeeAll(leader: 2, term: 2);
        Assert.All(net.Sites, site => Assert.Equal(3, Offered(site).Count));
        Assert.Equal(0, net[2].Steward!.Count);
        foreach (var site in net.Sites)
        {
            net.Attend(site);
            while (net.Links.Any(link => net.DeliverUp(link) || net.DeliverDown(link)))
                Assert.All(net.Sites, other => Assert.Equal(3, Offered(other).Count));
        }

        Assert.Equal((StewardPhase.Ready, 3), (net[2].Steward!.Phase, net[2].Steward!.Count));
        Assert.All(net.Sites, site => Assert.Equal(StewardPhase.Ready, site.Reeve.Steward));
    }

    [Fact]
    public void A_steward_that_never_hears_one_reeve_is_ready_in_time_and_takes_nothing_of_that_node_away()
    {
        var net = Led(3);
        net.Watch(net[1], "galumph2");
        net.Beat(net[3], 1, Point("galumph2_3", 4000));
        net.Settle();

        net.SeeAll(leader: 2, term: 2);
        net.Attend(net[1]);
        net.Attend(net[2]);
        while (net.Links.Any(link => net.DeliverUp(link) || net.DeliverDown(link)))
        {
        }
        Assert.Equal(StewardPhase.Rebuilding, net[1].Reeve.Steward);
        net.Pass(TimeSpan.FromSeconds(3.1));
        while (net.Links.Any(link => net.DeliverUp(link) || net.DeliverDown(link)))
        {
        }

        Assert.Equal(StewardPhase.Ready, net[1].Reeve.Steward);
        Assert.Single(Offered(net[1]));

        // It had stopped meanwhile: once its reeve is heard, and the question asked again, the others know.
        net.Goodbye(net[3], 1);
        net.Settle();
        net.Pass(TimeSpan.FromSeconds(1));
        net.Settle();
        Assert.Empty(Offered(net[1]));
    }

    [Fact]
    public void A_steward_that_does_not_see_a_node_yet_takes_nothing_of_it_away()
    {
        var net = Led(3);
        net.Watch(net[1], "galumph2");
        net.Beat(net[3], 1, Point("galumph2_3", 4000));
        net.Settle();

        net.See(net[2], leader: 2, term: 2, missing: 3);
        net.See(net[1], leader: 2, term: 2);
        net.Settle();
        Assert.Equal(StewardPhase.Ready, net[1].Reeve.Steward);
        Assert.Single(Offered(net[1]));

        net.SeeAll(leader: 2, term: 2);
        net.Settle();
        Assert.Single(Offered(net[1]));
    }

    [Fact]
    public void The_push_of_a_deposed_steward_is_refused()
    {
        var net = Led(3);
        net.Watch(net[3], "galumph2");
        net.Settle();
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        var link = net[2].Link!;
        while (net.DeliverUp(link))
        {
        }
        // The word is on its way when the reeve learns that another leads.
        var late = net[3].Link!.Down.ToList();
        net.SeeAll(leader: 2, term: 2);

        var outbox = new ReeveOutbox();
        foreach (var push in late)
            net[3].Reeve.Take(net.Now, push, outbox);

        Assert.NotEmpty(late);
        Assert.Equal(new GroupToken(1, 1, 0), outbox.RefusedToken);
        Assert.Empty(Offered(net[3]));
    }

    [Fact]
    public void A_report_that_got_lost_is_found_by_the_gap_or_by_the_digest()
    {
        var net = Led(2);
        net.Settle();
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        RegistryNet.Lose(net[2].Link!);
        net.Settle();
        Assert.Equal(0, net[1].Steward!.Count);
        net.Pass(TimeSpan.FromSeconds(10));
        net.Settle();
        Assert.Equal(1, net[1].Steward!.Count);

        net.Beat(net[2], 1, Point("galumph2_3", 4001));
        RegistryNet.Lose(net[2].Link!);
        net.Beat(net[2], 1, Point("galumph2_4", 4002));
        net.Settle();
        Assert.Equal(["10.0.0.2:4001", "10.0.0.2:4002"], net[1].Steward!.Entries.Select(entry => entry.Address.ToString()).Order());
    }

    [Fact]
    public void A_lost_node_takes_its_entries_along_in_one_event_and_its_return_brings_them_back()
    {
        var net = Led(3);
        net.Watch(net[1], "galumph2");
        net.Beat(net[3], 1, Point("galumph2_3", 4000), Point("galumph2_4", 4001));
        net.Settle();
        net.See(net[1], 1, 1, missing: 3);
        net.Settle();
        Assert.Empty(Offered(net[1]));
        Assert.Equal(0, net[1].Steward!.Count);

        net.See(net[1], 1, 1);
        net.Settle();
        Assert.Equal(2, Offered(net[1]).Count);
    }

    [Fact]
    public void A_reeve_that_lost_sight_of_a_node_alone_asks_again_when_it_returns()
    {
        var net = Led(3);
        net.Watch(net[2], "galumph2");
        net.Beat(net[3], 1, Point("galumph2_3", 4000));
        net.Settle();
        net.See(net[2], 1, 1, missing: 3);
        Assert.Empty(Offered(net[2]));
        net.See(net[2], 1, 1);
        net.Settle();

        Assert.Single(Offered(net[2]));
    }

    [Fact]
    public void An_unreachable_node_is_kept_and_not_offered()
    {
        var net = Led(2);
        net.Watch(net[1], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Settle();
        net.Members[1] = net.Members[1] with { Status = MemberStatus.Unreachable };
        net.See(net[1], 1, 1);

        Assert.Empty(Offered(net[1]));
        Assert.Equal("its node node2 can't be reached", Assert.Single(net[1].Answers[Galumph].Ranked.LeftOut).Reason);
        Assert.Equal(1, net[1].Steward!.Count);
    }

    [Fact]
    public void Without_any_steward_what_runs_here_is_found_here()
    {
        var net = new RegistryNet(2);
        net.Watch(net[1], "galumph2");
        net.Beat(net[1], 1, Point("galumph2_3", 4000));

        Assert.Single(Offered(net[1]));
        Assert.Equal("steward is away; this is what node1 last heard", net[1].Answers[Galumph].Note);
    }

    [Fact]
    public void A_reeve_that_speaks_of_another_node_is_cut_off()
    {
        var net = Led(2);
        var machine = net[1].Steward!;
        var outbox = new StewardOutbox();
        Assert.True(machine.Open(77, Group.Id(2), outbox));
        outbox.Clear();
        machine.Receive(net.Now, 77, new SnapshotReport([Group.Entry(1, "galumph2_3")], 1), outbox);

        Assert.Equal("It reports galumph2_3 of node 00000000, and may speak of its own node only.", Assert.Single(outbox.Ends).Why);
        Assert.Equal(0, machine.Count);
    }

    [Fact]
    public void A_long_list_travels_in_parts_and_counts_as_one_answer()
    {
        var net = Led(2);
        net.Settle();
        var entries = Enumerable.Range(0, 2500).Select(i => Group.Entry(2, "galumph2_3", $"id{i:D5}", (ushort)(1000 + i))).ToList();
        foreach (var entry in entries)
            net[2].Reeve.Hear(net.Now, new Verdict(0, VerdictKind.Up, entry, "test"), new ReeveOutbox());
        net.Break(net[2].Link!);
        net.Settle();
        Assert.Equal(2500, net[1].Steward!.Count);

        net.Watch(net[1], "galumph2");
        while (net.DeliverUp(net[1].Link!))
        {
        }
        Assert.Equal(3, net[1].Link!.Down.Count);
        net.Settle();
        Assert.Equal(2500, Offered(net[1]).Count);
    }

    private static RegistryNet Led(int count)
    {
        var net = new RegistryNet(count);
        net.SeeAll(leader: 1, term: 1);
        net.Settle();
        return net;
    }

    private static List<ServiceEntry> Offered(RegistrySite site) => [.. site.Answers[Galumph].Ranked.Offered.Select(offer => offer.Entry)];

    private static BeatPoint Point(string instance, int port) => new()
    {
        InstanceId = instance, Instance = instance, Address = $"0.0.0.0:{port}", KeyHash = new byte[32], Status = ServiceStatus.Serving,
    };
}

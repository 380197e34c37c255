using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>Voters follow the whole registry: whoever of them is elected answers at once, and is put right by the reeves.</summary>
public sealed class StandbyStories
{
    private static readonly Selector Galumph = Selector.Parse("galumph2");
    private static readonly Selector Other = Selector.Parse("other3");

    [Fact]
    public void A_standby_that_is_elected_answers_at_once_and_nobody_has_to_report_again()
    {
        var net = Served();

        net.SeeAll(leader: 2, term: 2, missing: 1);

        var steward = net[2].Steward!;
        Assert.Equal((StewardPhase.Ready, true, 3), (steward.Phase, steward.IsRebuilding, steward.Count));
        net.Attend(net[4]);
        net.Watch(net[4], "other3");
        var reports = Drain(net, net[4].Link!);
        Assert.All(reports, report => Assert.True(report is DigestReport or InterestReport, $"{report}"));
        Assert.Equal((true, 1), (net[4].Answers[Other].IsComplete, net[4].Answers[Other].Ranked.Offered.Length));
        Assert.Equal((true, 2), (net[4].Answers[Galumph].IsComplete, net[4].Answers[Galumph].Ranked.Offered.Length));
        net.Settle();
        Assert.False(steward.IsRebuilding);
        Assert.Equal(3, steward.Count);
    }

    [Fact]
    public void What_went_while_nobody_led_is_kept_until_its_reeves_digest_and_then_goes_everywhere()
    {
        var net = Served();
        net.SeeAll(leader: null, term: 1, missing: 1);
        net.Goodbye(net[3], 1);
        net.SeeAll(leader: 2, term: 2, missing: 1);
        net.Attend(net[4]);
        Drain(net, net[4].Link!);
        Assert.Equal(3, net[2].Steward!.Count);
        Assert.Equal(2, net[4].Answers[Galumph].Ranked.Offered.Length);

        net.Settle();

        Assert.Equal([Group.Id(4)], net[2].Steward!.Entries.Where(entry => entry.Instance.Api == "galumph2").Select(entry => entry.Node));
        Assert.Equal([Group.Id(4)], net[4].Answers[Galumph].Ranked.Offered.Select(offer => offer.Entry.Node));
    }

    [Fact]
    public void What_came_while_nobody_led_is_known_with_its_reeves_digest()
    {
        var net = Served();
        net.SeeAll(leader: null, term: 1, missing: 1);
        net.Beat(net[3], 2, Point("galumph2_4", 4100));
        net.SeeAll(leader: 2, term: 2, missing: 1);
        net.Settle();

        Assert.Equal(4, net[2].Steward!.Count);
        Assert.Equal("galumph2_4", net[4].Answers[Galumph].Ranked.Offered[0].Entry.Instance.ToString());
    }

    [Fact]
    public void Only_those_who_may_be_elected_hold_what_nobody_near_them_watches()
    {
        var net = Served();

        Assert.Equal([true, true, false], net.Sites.Skip(1).Select(site => site.Reeve.IsStandby));
        Assert.Equal([3, 3, 2], net.Sites.Skip(1).Select(site => site.Reeve.KnownCount));
    }

    [Fact]
    public void A_node_that_votes_no_more_keeps_only_what_is_watched()
    {
        var net = Served();
        net.Watch(net[2], "galumph2");
        net.Settle();
        net.Voters = [1, 3];
        net.SeeAll(leader: 1, term: 1);
        net.Settle();

        Assert.False(net[2].Reeve.IsStandby);
        Assert.Equal(["galumph2", "galumph2"], net[2].Reeve.Known.Select(entry => entry.Instance.Api));
    }

    [Fact]
    public void A_reeve_that_comes_back_to_the_same_steward_says_a_digest_and_no_more()
    {
        var net = Served();
        net.Break(net[4].Link!);
        net.Attend(net[4]);

        Assert.DoesNotContain(Drain(net, net[4].Link!), report => report is SnapshotReport);
        net.Beat(net[4], 3, Point("galumph2_5", 4200));
        net.Settle();
        Assert.Equal(4, net[1].Steward!.Count);
    }

    [Fact]
    public void One_elected_that_followed_nothing_is_rebuilt_from_empty()
    {
        var net = Served();

        net.SeeAll(leader: 4, term: 2, missing: 1);

        Assert.Equal(StewardPhase.Rebuilding, net[4].Steward!.Phase);
        net.Settle();
        Assert.Equal((StewardPhase.Ready, 3), (net[4].Steward!.Phase, net[4].Steward!.Count));
    }

    [Fact]
    public void Who_left_who_failed_and_who_was_lost_are_told_apart()
    {
        var net = Served();
        net.News.Clear();
        net.Goodbye(net[3], 1);
        net.Beat(net[4], 8, Point("brief1_1", 4800) with { ValidFor = TimeSpan.FromSeconds(15) });
        net.Settle();
        net.Pass(TimeSpan.FromSeconds(15));
        net.Beat(net[4], 9, Point("late1_1", 4900));
        net.Settle();
        net.SeeAll(leader: 1, term: 1, missing: 4);

        Assert.Equal(
            ["galumph2_3 Left said goodbye", "brief1_1 there", "brief1_1 Failed no beat for 15 s", "late1_1 there", "galumph2_3 Lost its node has left the flock", "late1_1 Lost its node has left the flock"],
            net.News.Select(news => $"{news.Entry.Instance} {(news.Departure is { } how ? $"{how} {news.Reason}" : "there")}"));
    }

    [Fact]
    public void A_dead_nodes_services_go_in_one_event()
    {
        var net = Served();
        net.Beat(net[3], 7, [.. Enumerable.Range(0, 20).Select(i => Point("galumph2_3", (ushort)(5000 + i)))]);
        net.Settle();
        net.News.Clear();
        var before = net[1].Steward!.Revision;

        net.See(net[1], leader: 1, term: 1, missing: 3);

        Assert.Equal(before + 1, net[1].Steward!.Revision);
        Assert.Equal(22, net.News.Count);
        var told = Assert.IsType<UpdatePush>(Assert.Single(net[4].Link!.Down));
        Assert.Equal(21, told.Removed.Length);
    }

    // Four nodes, of which three may be elected; node 3 serves two apis, node 4 one of them, and only node 4 watches.
    private static RegistryNet Served()
    {
        var net = new RegistryNet(4) { Voters = [1, 2, 3] };
        net.SeeAll(leader: 1, term: 1);
        net.Watch(net[4], "galumph2");
        net.Beat(net[3], 1, Point("galumph2_3", 4000));
        net.Beat(net[3], 2, Point("other3_1", 4001));
        net.Beat(net[4], 1, Point("galumph2_3", 4000));
        net.Settle();
        // Nobody is young any more.
        net.Pass(TimeSpan.FromSeconds(10));
        net.Settle();
        return net;
    }

    // Lets one stream come to rest, and tells what the reeve reported on it.
    private static List<ReeveReport> Drain(RegistryNet net, RegistryLink link)
    {
        var reports = new List<ReeveReport>();
        do
            reports.AddRange(link.Up);
        while (net.DeliverUp(link) || net.DeliverDown(link));
        return reports;
    }

    private static BeatPoint Point(string instance, ushort port) => new()
    {
        InstanceId = $"{instance}@{port}", Instance = instance, Address = $"0.0.0.0:{port}", KeyHash = new byte[32], Status = ServiceStatus.Serving,
        ValidFor = TimeSpan.FromMinutes(10),
    };
}

using Crux.Simulator.Anchors;

namespace Crux.Simulator.Tests.Anchors;

/// <summary>The anchors' models at sizes that take a second; the calibration at 2,000 nodes is <c>bench/run anchors</c>.</summary>
public sealed class AnchorTests
{
    private static readonly AnchorOptions Hundred = new() { Seed = 1, Nodes = 100 };

    [Fact]
    public void A_hundred_that_join_through_a_seed_come_to_know_each_other()
    {
        var report = Run(Hundred);
        Assert.InRange(report.SecondsToFullView, Hundred.Spread.TotalSeconds - 1, 30);
        Assert.Equal(0, report.FalseSuspicions);
        Assert.True(report.DistinctSizes > 10, $"{report.DistinctSizes} sizes were reported.");
    }

    [Fact]
    public void The_packet_limit_makes_a_full_view_slower_the_more_there_are()
    {
        var small = Run(Hundred with { Spread = TimeSpan.Zero });
        var large = Run(Hundred with { Nodes = 400, Spread = TimeSpan.Zero });
        Assert.True(large.SecondsToFullView > 2 * small.SecondsToFullView, $"{small.SecondsToFullView} s and {large.SecondsToFullView} s");
    }

    [Fact]
    public void A_seed_asked_by_all_at_once_refuses_some_and_they_join_later()
    {
        var report = Run(Hundred with { Nodes = 400, Spread = TimeSpan.Zero });
        Assert.True(report.RefusedExchanges > 0, "Nobody was refused.");
        Assert.True(report.SecondsToFullView > 0, "Somebody never joined.");
    }

    [Fact]
    public void One_seed_gives_one_history()
    {
        var lossy = Hundred with { Network = new() { Loss = 0.2, Duplication = 0.1, Reordering = 0.1 } };
        var first = Run(lossy);
        var again = Run(lossy);
        Assert.Equal(first.Trace, again.Trace);
        Assert.Equal(first.Timeline, again.Timeline);
        Assert.NotEqual(first.Trace, Run(lossy with { Seed = 2 }).Trace);
    }

    [Fact]
    public void A_crash_is_known_after_the_least_suspicion_and_some_gossip()
    {
        var report = Run(Hundred with { Start = AnchorStart.Known, Span = TimeSpan.FromSeconds(60), Crashes = 3 });
        var least = AnchorProtocol.Memberlist.LeastSuspicion(100).TotalSeconds;
        Assert.InRange(report.SecondsToSuspicion, 0.5, 5);
        Assert.InRange(report.SecondsToDeclaration, least, least + 15);
        Assert.InRange(report.SecondsToKnown, report.SecondsToDeclaration, report.SecondsToDeclaration + 15);
        Assert.Equal(0, report.FalseRemovals);
    }

    [Theory, InlineData(0.01, false), InlineData(0.1, false), InlineData(0.3, true)]
    public void Over_udp_alone_much_loss_drowns_it_in_suspicions(double loss, bool drowns)
    {
        var report = Run(new()
        {
            Seed = 1,
            Nodes = 200,
            Protocol = AnchorProtocol.Swim,
            Start = AnchorStart.Known,
            Network = new() { Loss = loss },
            Span = TimeSpan.FromSeconds(60),
        });
        Assert.Equal(drowns, report.FalseRemovals > 0);
    }

    [Fact]
    public void A_probe_over_tcp_halves_the_suspicions()
    {
        var options = new AnchorOptions { Seed = 1, Nodes = 200, Start = AnchorStart.Known, Network = new() { Loss = 0.2 }, Span = TimeSpan.FromSeconds(60) };
        var both = Run(options);
        var alone = Run(options with { Protocol = AnchorProtocol.Swim });
        Assert.True(both.FalseSuspicions < alone.FalseSuspicions / 2, $"{both.FalseSuspicions} and {alone.FalseSuspicions}");
    }

    [Fact]
    public void Times_scale_with_the_size_as_memberlist_documents()
    {
        var lan = AnchorProtocol.Memberlist;
        Assert.Equal((4, 12, 16), (lan.Transmissions(5), lan.Transmissions(500), lan.Transmissions(2_000)));
        Assert.Equal(TimeSpan.FromSeconds(4), lan.LeastSuspicion(5));
        Assert.Equal(TimeSpan.FromSeconds(12), lan.LeastSuspicion(1_000));
        Assert.Equal(TimeSpan.FromSeconds(30), lan.PushPullPeriod(32));
        Assert.Equal(TimeSpan.FromSeconds(210), lan.PushPullPeriod(2_000));
    }

    private static AnchorReport Run(AnchorOptions options) => AnchorSimulation.Run(options, TestContext.Current.CancellationToken);
}

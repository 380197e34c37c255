using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>Daemons that are killed and started again beneath services that run on.</summary>
public sealed class RegistryRestartStories
{
    private static readonly Selector Galumph = Selector.Parse("galumph2");

    [Fact]
    public void A_daemon_restarted_beneath_its_services_takes_none_of_them_away_while_they_beat_again()
    {
        var net = Led(3);
        net.Watch(net[1], "galumph2");
        net.Beat(net[3], 1, Point("galumph2_3", 4000), Point("galumph2_4", 4001));
        net.Settle();
        net.Restart(net[3]);
        net.SeeAll(1, 1);
        net.Settle();
        Assert.Equal(2, Offered(net[1]).Count);

        // One beats again; the other has died with the daemon, and its grace is not renewed by that.
        net.Pass(TimeSpan.FromSeconds(2));
        net.Beat(net[3], 1, Point("galumph2_3", 4000));
        net.Settle();
        Assert.Equal(2, Offered(net[1]).Count);
        net.Pass(TimeSpan.FromSeconds(2.9));
        net.Settle();
        Assert.Equal(2, Offered(net[1]).Count);
        net.Pass(TimeSpan.FromSeconds(0.1));
        net.Settle();
        Assert.Equal("galumph2_3", Assert.Single(Offered(net[1])).Instance.ToString());
        Assert.Equal(1, net[1].Steward!.Count);
    }

    [Fact]
    public void A_daemon_that_restarts_again_and_again_keeps_nothing_that_does_not_beat()
    {
        var net = Led(2);
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Settle();
        for (var i = 0; i < 3; i++)
        {
            net.Restart(net[2]);
            net.SeeAll(1, 1);
            net.Settle();
            Assert.Equal(1, net[1].Steward!.Count);
            net.Pass(TimeSpan.FromSeconds(1.7));
        }

        Assert.Equal(0, net[1].Steward!.Count);
    }

    [Fact]
    public void What_said_goodbye_before_a_restart_does_not_come_back_and_after_it_goes_at_once()
    {
        var net = Led(2);
        net.Watch(net[1], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Beat(net[2], 2, Point("galumph2_4", 4001));
        net.Goodbye(net[2], 2);
        net.Settle();
        net.Restart(net[2]);
        net.SeeAll(1, 1);
        net.Settle();
        Assert.Equal("galumph2_3", Assert.Single(Offered(net[1])).Instance.ToString());

        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Goodbye(net[2], 1);
        net.Settle();
        Assert.Empty(Offered(net[1]));
    }

    [Fact]
    public void A_restarted_node_that_has_left_the_view_takes_its_unconfirmed_entries_along_at_once()
    {
        var net = Led(2);
        net.Watch(net[1], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Settle();
        net.Restart(net[2]);
        net.SeeAll(1, 1);
        net.Settle();
        Assert.Single(Offered(net[1]));
        net.See(net[1], 1, 1, missing: 2);

        Assert.Empty(Offered(net[1]));
        Assert.Equal(0, net[1].Steward!.Count);
    }

    [Fact]
    public void A_stream_that_broke_within_one_life_gives_no_grace()
    {
        var net = Led(2);
        net.Watch(net[1], "galumph2");
        net.Beat(net[2], 1, Point("galumph2_3", 4000));
        net.Settle();
        net.Break(net[2].Link!);
        net.Goodbye(net[2], 1);
        net.Settle();

        Assert.Empty(Offered(net[1]));
    }

    [Fact]
    public void A_restarted_leader_takes_no_entry_of_its_own_away_from_the_caches_before_its_services_beat_again()
    {
        var net = Led(3);
        net.Watch(net[2], "galumph2");
        net.Beat(net[1], 1, Point("galumph2_3", 4000));
        net.Beat(net[1], 2, Point("galumph2_4", 4001));
        net.Settle();
        net.Restart(net[1]);
        net.SeeAll(1, 2);
        net.Settle();
        Assert.Equal(StewardPhase.Ready, net[2].Reeve.Steward);
        Assert.Equal(2, Offered(net[2]).Count);

        net.Beat(net[1], 1, Point("galumph2_3", 4000));
        for (var tenth = 0; tenth < 80; tenth++)
        {
            net.Settle();
            Assert.Contains("galumph2_3", Offered(net[2]).Select(entry => entry.Instance.ToString()));
            net.Pass(TimeSpan.FromSeconds(0.1));
        }
        Assert.Single(Offered(net[2]));
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

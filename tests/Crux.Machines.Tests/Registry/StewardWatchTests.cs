using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>
/// Only an elected leader's steward writes, and none that was deposed. A checker that never fires is worth nothing: it is shown reeves that
/// believe everybody.
/// </summary>
public sealed class StewardWatchTests
{
    [Fact]
    public void The_word_of_a_deposed_steward_is_refused()
    {
        var net = Deposed(out var late);
        late.ForEach(push => net.Take(net[3], push));

        Assert.Equal(late.Count, net.RefusedPushes);
        Assert.Empty(net.Watched.Breaches);
    }

    [Fact]
    public void A_deposed_steward_that_goes_on_writing_is_found()
    {
        var net = Deposed(out var late);
        net.Credulous = (site, _) => site.View.Token;
        late.ForEach(push => net.Take(net[3], push));

        Assert.Contains("took the word of a steward of term 1, after term 2", net.Watched.Breaches[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_steward_of_a_leader_that_nobody_elected_is_refused_and_found_where_it_is_not(bool isPlanted)
    {
        var net = new RegistryNet(3);
        net.SeeAll(leader: 1, term: 1);
        net.Settle();
        if (isPlanted)
            net.Credulous = (site, _) => site.View.Token;
        // It follows nobody who was elected, and has a steward made all the same.
        var view = net[2].View with { Leader = Group.Id(2), Grade = LeaderGrade.Provisional, Token = new GroupToken(0, 9, 0) };
        var (steward, outbox) = (new StewardMachine(net.Now, view, new StewardOptions(), null), new StewardOutbox());
        steward.Open(7, Group.Id(3), outbox);
        steward.See(net.Now, view, outbox);

        var before = net.RefusedPushes;
        Assert.NotEmpty(outbox.Messages);
        foreach (var message in outbox.Messages)
            net.Take(net[3], message.Push);

        Assert.Equal(isPlanted, net.Watched.Breaches.Any(breach => breach.Contains("that nobody elected", StringComparison.Ordinal)));
        Assert.Equal(isPlanted ? 0 : outbox.Messages.Count, net.RefusedPushes - before);
    }

    // What the former leader's steward said, not yet there when all learn that another leads.
    private static RegistryNet Deposed(out List<StewardPush> late)
    {
        var net = new RegistryNet(3);
        net.SeeAll(leader: 1, term: 1);
        net.Watch(net[3], "galumph2");
        net.Settle();
        net.Beat(net[2], 1, new BeatPoint
        {
            InstanceId = "galumph2_3", Instance = "galumph2_3", Address = "0.0.0.0:4000", KeyHash = new byte[32], Status = ServiceStatus.Serving,
        });
        while (net.DeliverUp(net[2].Link!))
        {
        }
        late = [.. net[3].Link!.Down];
        Assert.NotEmpty(late);
        net.SeeAll(leader: 2, term: 2);
        return net;
    }
}

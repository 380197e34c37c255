using Crux.Services.Reeve;

namespace Crux.Services.Tests.Reeve;

public sealed class LeaderPaceTests
{
    [Fact]
    public void The_first_leader_of_a_small_flock_is_turned_to_almost_at_once() =>
        Assert.Equal(TimeSpan.FromMilliseconds(60), new LeaderPace().SpreadFor(new Instant(0), 10));

    [Fact]
    public void Leaders_that_follow_each_other_quickly_are_waited_for_longer_and_longer_until_it_is_calm()
    {
        var (pace, now) = (new LeaderPace(), new Instant(0));
        var spreads = new List<TimeSpan>();
        for (var leader = 0; leader < 10; leader++)
            spreads.Add(pace.SpreadFor(now += TimeSpan.FromSeconds(1), 0));
        Assert.Equal([50, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000], spreads.Select(spread => spread.TotalMilliseconds));
        Assert.Equal(LeaderPace.FirstSpread, pace.SpreadFor(now + LeaderPace.Calm, 0));
    }

    [Fact]
    public void Thousands_of_reeves_do_not_all_come_in_one_second() =>
        Assert.Equal(LeaderPace.MaxSpread, new LeaderPace().SpreadFor(new Instant(0), 10_000));
}

using Crux.Simulator.Anchors;

namespace Crux.Simulator.Tests.Anchors;

public sealed class SuspicionTests
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(12), Most = TimeSpan.FromSeconds(72);

    [Fact]
    public void Alone_it_lasts_long_and_confirmations_shorten_it()
    {
        var suspicion = new Suspicion(accuser: 1, needed: 2, Least, Most, now: 0);
        Assert.Equal(Most.Ticks, suspicion.DueAt);
        Assert.False(suspicion.Confirm(1));
        Assert.True(suspicion.Confirm(2));
        Assert.InRange(suspicion.DueAt, TimeSpan.FromSeconds(34).Ticks, TimeSpan.FromSeconds(35).Ticks);
        Assert.True(suspicion.Confirm(3));
        Assert.Equal(Least.Ticks, suspicion.DueAt);
        Assert.False(suspicion.Confirm(4));
    }

    [Fact]
    public void Where_too_few_could_confirm_it_the_least_time_counts() =>
        Assert.Equal(Least.Ticks, new Suspicion(1, needed: 0, Least, Most, now: 0).DueAt);
}

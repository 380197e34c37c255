using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock.Membership;

public sealed class GrowthTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerHour);

    [Theory]
    [InlineData(20, 100, false)]
    [InlineData(100, 5, true)]
    [InlineData(200, 2, true)]
    [InlineData(10_000, 1, false)]
    public void A_view_grows_fast_where_a_twelfth_comes_within_an_eighth_of_a_second(int size, int everyMilliseconds, bool isFast)
    {
        var growth = new Growth();
        var now = Start;
        for (var i = 0; i < 1_000 / everyMilliseconds; i++)
        {
            now += TimeSpan.FromMilliseconds(everyMilliseconds);
            growth.Note(now, ++size);
        }
        // Ten a second for twenty, two hundred for a hundred, five hundred for two hundred, a thousand for ten thousand.
        Assert.Equal(isFast, growth.IsFast(now, size));
        Assert.False(growth.IsFast(now + (2 * Growth.Window), size));
    }
}

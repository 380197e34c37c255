using Crux.Simulator.Anchors;

namespace Crux.Simulator.Tests.Anchors;

public sealed class RumorQueueTests
{
    private const int Plenty = 1400;

    private readonly RumorQueue _queue = new(100);

    [Fact]
    public void The_newest_goes_first_and_the_least_told_before_it()
    {
        _queue.Add(Alive(1));
        _queue.Add(Alive(2));
        Assert.Equal([2], Take(MessageSizes.Alive + MessageSizes.CompoundPart));
        _queue.Add(Alive(3));
        Assert.Equal([3, 1], Take(2 * (MessageSizes.Alive + MessageSizes.CompoundPart)));
        Assert.Equal([3, 2, 1], Take(Plenty));
    }

    [Fact]
    public void What_was_told_often_enough_is_dropped()
    {
        _queue.Add(Alive(1));
        for (var told = 0; told < 4; told++)
            Assert.Equal([1], Take(Plenty));
        Assert.Empty(Take(Plenty));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void Later_news_of_a_member_takes_the_place_of_earlier()
    {
        _queue.Add(Alive(1));
        _queue.Add(new(1, 1, 5, RumorKind.Suspect));
        Assert.Equal(1, _queue.Count);
        Assert.Equal([1], Take(Plenty));
    }

    [Fact]
    public void A_datagram_holds_what_fits_a_packet()
    {
        for (var member = 0; member < 50; member++)
            _queue.Add(Alive(member));
        var fit = Plenty / (MessageSizes.Alive + MessageSizes.CompoundPart);
        Assert.Equal(fit, Take(Plenty).Count);
        // Those that were not told yet come before those that were.
        Assert.DoesNotContain(49, Take(Plenty));
    }

    [Fact]
    public void Where_no_long_one_fits_a_short_one_may()
    {
        _queue.Add(new(1, 1, 5, RumorKind.Dead));
        _queue.Add(Alive(2));
        Assert.Equal([1], Take(MessageSizes.SuspectOrDead + MessageSizes.CompoundPart));
    }

    private static Rumor Alive(int member) => new(member, 1, member, RumorKind.Alive);

    private List<int> Take(int bytes)
    {
        var taken = new List<Rumor>();
        _queue.Take(bytes, 4, taken);
        return [.. taken.Select(rumor => rumor.Subject)];
    }
}

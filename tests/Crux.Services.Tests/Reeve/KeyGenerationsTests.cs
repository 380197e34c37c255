using Crux.Services.Reeve;
using Microsoft.Extensions.Time.Testing;

namespace Crux.Services.Tests.Reeve;

public sealed class KeyGenerationsTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<KeyBook> _kept = [];
    private bool _mayTurn = true;

    [Fact]
    public void All_keys_are_turned_once_a_day_and_the_last_ones_count_until_the_next_turn()
    {
        using var generations = Open(null);
        generations.Start();
        var first = generations.Current.Others;
        var seen = new List<KeyGeneration> { first };
        for (var hour = 0; hour < 24 * 10; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            if (generations.Current.Others != seen[^1])
                seen.Add(generations.Current.Others);
        }

        Assert.InRange(seen.Count - 1, 8, 11);
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.Equal((pair.First.Number + 1, pair.First.Number), (pair.Second.Number, pair.Second.Oldest)));
        Assert.Equal(generations.Current, _kept[^1]);
    }

    [Fact]
    public void A_turn_waits_while_no_steward_could_spread_the_new_keys()
    {
        using var generations = Open(null);
        generations.Start();
        var before = generations.Current.Others;
        _mayTurn = false;
        for (var hour = 0; hour < 60; hour++)
            _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(before, generations.Current.Others);

        _mayTurn = true;
        _time.Advance(KeyGenerations.Recheck);
        Assert.Equal(before.Number + 1, generations.Current.Others.Number);
    }

    [Fact]
    public void A_node_that_starts_again_goes_on_where_it_was_and_turns_when_it_was_due()
    {
        using (var before = Open(null))
            before.Turn("web", atOnce: true);
        _time.Advance(TimeSpan.FromHours(20));

        using var after = Open(_kept[^1]);
        Assert.Equal(_kept[^1], after.Current);
        after.Start();
        var number = after.Current.Others.Number;
        for (var hour = 0; hour < 7; hour++)
            _time.Advance(TimeSpan.FromHours(1));
        Assert.True(after.Current.Others.Number > number);
    }

    [Fact]
    public void One_service_can_be_turned_alone_and_numbers_only_grow()
    {
        using var generations = Open(null);
        var start = generations.Current.Others;

        var web = generations.Turn("web", atOnce: true);
        Assert.Equal((web.Number, start), (web.Oldest, generations.Current.Of("galumph2_3")));
        var all = generations.Turn("", atOnce: false);
        Assert.Equal((web.Number + 1, start.Number), (all.Number, all.Oldest));
        // What was taken back stays so.
        Assert.Equal(new KeyGeneration(all.Number, web.Number), generations.Current.Of("web"));
    }

    [Fact]
    public void A_service_more_than_can_be_named_turns_all()
    {
        using var generations = Open(null);
        for (var i = 0; i < KeyGenerations.MaxNamed; i++)
            generations.Turn($"service{i}", atOnce: false);
        var before = generations.Current.Others;

        var turned = generations.Turn("one-more", atOnce: false);

        Assert.Equal(KeyGenerations.MaxNamed, generations.Current.Named.Count);
        Assert.True(turned == generations.Current.Others && turned.Number > before.Number);
    }

    [Fact]
    public void A_turn_that_can_t_be_kept_is_none()
    {
        using var generations = new KeyGenerations(_time, Day, KeyBook.New(_time.GetUtcNow()), _ => throw new IOException("the disk is full"), () => true);
        var before = generations.Current;

        Assert.Throws<IOException>(() => generations.Turn("", atOnce: false));

        Assert.Equal(before, generations.Current);
    }

    private KeyGenerations Open(KeyBook? remembered) => new(_time, Day, remembered, _kept.Add, () => _mayTurn);
}

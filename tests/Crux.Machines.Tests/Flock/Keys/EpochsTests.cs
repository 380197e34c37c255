using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Keys;

public sealed class EpochsTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerDay);

    [Fact]
    public void An_epoch_seals_for_forty_seconds_and_opens_for_twenty_more()
    {
        var time = Known();
        Assert.Equal(1, time.At(Start));
        Assert.Equal(2, time.At(Start + Epochs.Length));
        Assert.True(time.Opens(Start + Epochs.Length + Epochs.Grace - TimeSpan.FromTicks(1), 1));
        Assert.False(time.Opens(Start + Epochs.Length + Epochs.Grace, 1));
    }

    [Fact]
    public void Nothing_opens_while_the_time_is_unknown() => Assert.False(new Epochs().Opens(Start, 1));

    [Fact]
    public void Who_hears_of_the_next_epoch_moves_to_its_start()
    {
        var time = Known();
        var now = Start + Epochs.Length - TimeSpan.FromMilliseconds(30);
        Assert.True(time.Opens(now, 2));
        time.Hear(now, 2);
        Assert.Equal(2, time.At(now));
        Assert.Equal(Epochs.Length, time.Elapsed(now));
        Assert.True(time.Opens(now, 1));
    }

    [Fact]
    public void A_liar_moves_the_time_by_the_slack_and_no_further()
    {
        var time = Known();
        var now = Start + TimeSpan.FromSeconds(25);
        for (var epoch = 2; epoch < 50; epoch++)
            time.Hear(now, epoch);
        Assert.InRange(time.Elapsed(now) - TimeSpan.FromSeconds(25), TimeSpan.Zero, Epochs.Slack + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_liar_who_never_stops_makes_the_time_go_two_per_mille_too_fast()
    {
        var time = Known();
        var day = TimeSpan.FromDays(1);
        for (var passed = TimeSpan.Zero; passed < day; passed += TimeSpan.FromSeconds(1))
            time.Hear(Start + passed, time.At(Start + passed) + 1);
        Assert.InRange((time.Elapsed(Start + day) - day) / day, 0, Epochs.Drift + 0.001);
    }

    [Fact]
    public void Six_bits_of_a_header_name_every_epoch_near_by()
    {
        var time = Known();
        for (var epoch = 1L; epoch < 300; epoch++)
        {
            var now = Start + (Epochs.Length * (epoch - 1));
            for (var other = Math.Max(1, epoch - 32); other < epoch + 32; other++)
                Assert.Equal(other, time.Resolve(now, (int)(other & 63)));
        }
    }

    [Fact]
    public void A_time_that_was_asked_for_is_taken_forward_only()
    {
        var time = Known();
        Assert.True(time.Set(Start, TimeSpan.FromHours(5)));
        Assert.False(time.Set(Start, TimeSpan.FromHours(4)));
        Assert.False(time.Set(Start, TimeSpan.FromTicks(-1)));
        Assert.False(new Epochs().Set(Start, TimeSpan.MaxValue));
        Assert.Equal(TimeSpan.FromHours(5), time.Elapsed(Start));
    }

    /// <summary>The flock's time on its own: who hears from whom at what delay is drawn; what is checked is that everybody could read it.</summary>
    [Fact]
    public void A_day_of_clocks_half_a_per_mille_off_turns_2160_epochs_and_loses_nobody()
    {
        const int Count = 200;
        var random = new SeededRandom(24);
        var clocks = Enumerable.Range(0, Count).Select(i => 1 + (((i * 2.0 / (Count - 1)) - 1) * 0.0005)).ToArray();
        var times = clocks.Select(_ => new Epochs()).ToArray();
        Instant At(int node, double seconds) => Start + TimeSpan.FromDays(node) + TimeSpan.FromSeconds(seconds * clocks[node]);
        for (var i = 0; i < Count; i++)
            times[i].Set(At(i, random.NextDouble()), TimeSpan.Zero);
        var unread = 0L;
        var heard = 0L;
        const double Day = 86_400;
        for (var second = 1.0; second < Day; second++)
        {
            // For two hours in the middle, the slower half and the faster half don't hear each other.
            var isSplit = second is > 40_000 and < 47_200;
            for (var to = 0; to < Count; to++)
            {
                // Three frames a second reach a node at rest; here one, and up to a quarter of a second old.
                var from = isSplit ? (to / (Count / 2) * (Count / 2)) + random.Next(Count / 2) : random.Next(Count);
                var epoch = times[from].At(At(from, second - (random.NextDouble() * 0.25)));
                heard++;
                if (times[to].Opens(At(to, second), epoch))
                    times[to].Hear(At(to, second), epoch);
                else
                    unread++;
            }
        }
        var epochs = times.Select((time, i) => time.At(At(i, Day))).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{heard} frames heard, {unread} unread, epochs {epochs.Min()} to {epochs.Max()}");
        Assert.Equal(0, unread);
        Assert.InRange(epochs.Max(), 2_161, 2_163);
        Assert.InRange(epochs.Max() - epochs.Min(), 0, 1);
    }

    private static Epochs Known()
    {
        var time = new Epochs();
        time.Set(Start, TimeSpan.Zero);
        return time;
    }
}

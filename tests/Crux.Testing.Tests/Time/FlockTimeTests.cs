using System.Diagnostics;
using Crux.Testing.Time;

namespace Crux.Testing.Tests.Time;

public sealed class FlockTimeTests
{
    [Fact]
    public async Task What_is_due_on_the_way_happens_in_order_and_at_its_time()
    {
        using var time = new FlockTime();
        var seen = new List<(string What, double At)>();
        await using var late = Once("late", TimeSpan.FromMinutes(2));
        await using var early = Once("early", TimeSpan.FromMinutes(1));
        await using var never = Once("never", TimeSpan.FromHours(2));

        await time.AdvanceAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        Assert.Equal(["early", "late"], seen.Select(it => it.What));
        // Not before its time, and on time but for what the machine needed meanwhile.
        Assert.InRange(seen[0].At, 60, 70);
        Assert.InRange(seen[1].At, 120, 130);

        ITimer Once(string what, TimeSpan after) =>
            time.CreateTimer(_ => seen.Add((what, time.GetElapsedTime(0).TotalSeconds)), null, after, Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public async Task A_period_passes_as_often_as_time_says_and_the_wall_clock_goes_along()
    {
        using var time = new FlockTime();
        var times = 0;
        var wall = time.GetUtcNow();
        await using var timer = time.CreateTimer(_ => times++, null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

        var start = Stopwatch.GetTimestamp();
        await time.AdvanceAsync(TimeSpan.FromSeconds(95), TestContext.Current.CancellationToken);

        Assert.InRange(times, 9, 10);
        Assert.InRange(time.GetUtcNow() - wall, TimeSpan.FromSeconds(95), TimeSpan.FromSeconds(96) + Stopwatch.GetElapsedTime(start));
        Assert.True(time.Skipped > TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task It_goes_on_by_itself()
    {
        using var time = new FlockTime();
        var fired = new TaskCompletionSource();
        await using var timer = time.CreateTimer(_ => fired.SetResult(), null, TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);

        await fired.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(TimeSpan.Zero, time.Skipped);
    }

    [Fact]
    public async Task A_disposed_timer_is_silent_and_can_t_be_set()
    {
        using var time = new FlockTime();
        var fired = 0;
        var timer = time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        await timer.DisposeAsync();
        await time.AdvanceAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal(0, fired);
    }
}

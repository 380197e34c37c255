using Crux.Node.Flock;

namespace Crux.Node.Tests.Flock;

public sealed class AlarmTests
{
    [Fact]
    public async Task It_wakes_when_the_time_has_come()
    {
        using var alarm = new Alarm(TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        await alarm.WaitAsync(TimeSpan.FromMilliseconds(30));
        Assert.True(TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMilliseconds(25));
    }

    [Fact]
    public void A_ring_while_the_loop_works_is_kept()
    {
        using var alarm = new Alarm(TimeProvider.System);
        alarm.Ring();
        alarm.Ring();
        Assert.True(alarm.WaitAsync(TimeSpan.FromHours(1)).AsTask().IsCompleted);
        Assert.False(alarm.WaitAsync(TimeSpan.FromHours(1)).AsTask().IsCompleted);
    }

    [Fact]
    public async Task No_ring_is_lost_between_threads()
    {
        using var alarm = new Alarm(TimeProvider.System);
        const int Rounds = 20_000;
        var (asked, answered) = (0, 0);
        var loop = Task.Run(async () =>
        {
            while (Volatile.Read(ref answered) < Rounds)
            {
                await alarm.WaitAsync(TimeSpan.FromMinutes(1));
                Volatile.Write(ref answered, Volatile.Read(ref asked));
            }
        }, TestContext.Current.CancellationToken);
        var spin = new SpinWait();
        for (var round = 1; round <= Rounds; round++)
        {
            Volatile.Write(ref asked, round);
            alarm.Ring();
            // A lost ring would leave this waiting for ever, and the test's timeout would tell.
            while (Volatile.Read(ref answered) < round)
                spin.SpinOnce();
        }
        await loop.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}

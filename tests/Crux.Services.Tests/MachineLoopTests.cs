using System.Threading.Channels;

namespace Crux.Services.Tests;

public sealed class MachineLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_that_waits_when_the_machine_breaks_fails()
    {
        await using var loop = new MachineLoop(MonotonicClock.System, _ => { }, () => Instant.Never);
        using var gate = new ManualResetEventSlim();
        await loop.PostAsync(
            _ =>
            {
                gate.Wait(Quit);
                throw new InvalidOperationException("broken");
            },
            Quit);
        loop.Start();
        var question = loop.AskAsync(_ => 1, Quit);
        gate.Set();

        await Assert.ThrowsAsync<ChannelClosedException>(() => question.WaitAsync(Patience, Quit));
        await Assert.ThrowsAsync<InvalidOperationException>(() => loop.Completion.WaitAsync(Patience, Quit));
    }

    [Fact]
    public async Task A_loop_breaks_with_what_feeds_it()
    {
        await using var loop = new MachineLoop(MonotonicClock.System, _ => { }, () => Instant.Never);
        loop.Start();
        Assert.Equal(1, await loop.AskAsync(_ => 1, Quit));
        var feeding = loop.DependOn(Task.FromException(new InvalidOperationException("deaf")));

        var broken = await Assert.ThrowsAsync<InvalidOperationException>(() => loop.Completion.WaitAsync(Patience, Quit));
        Assert.Equal("deaf", broken.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => feeding);
    }
}

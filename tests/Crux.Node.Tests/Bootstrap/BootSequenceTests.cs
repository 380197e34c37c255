using System.Threading.Channels;
using Crux.Node.Bootstrap;
using Crux.Services.Operator;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests.Bootstrap;

public sealed class BootSequenceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Independent_steps_start_in_parallel_and_the_others_after_what_they_need()
    {
        var bothStarted = new Barrier(2);
        var order = new List<string>();
        await using var sequence = Sequence(
            new Step { Name = "left", Start = _ => Meet("left") },
            new Step { Name = "right", Start = _ => Meet("right") },
            new Step { Name = "last", After = ["left", "right"], Start = _ => Note("last") });
        await sequence.StartAsync(Cancel);
        Assert.Equal("last", order[^1]);
        Assert.Equal(3, order.Count);
        Assert.True(sequence.Report.IsBooted);

        Task Meet(string name) => Task.Run(
            () =>
            {
                // Neither passes unless the other has been started too.
                bothStarted.SignalAndWait(Cancel);
                return Note(name);
            },
            Cancel);

        Task Note(string name)
        {
            lock (order)
                order.Add(name);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_start_does_not_wait_for_what_others_must_bring_about()
    {
        var standings = Channel.CreateUnbounded<Standing>();
        standings.Writer.TryWrite(Standing.Waiting("a leader"));
        await using var sequence = Sequence(
            new Step { Name = "flock", Start = Nothing, Follow = standings.Reader.ReadAllAsync },
            new Step { Name = "steward", After = ["flock"], Start = Nothing });
        await sequence.StartAsync(Cancel);
        Assert.Equal(BootPhase.Waiting, sequence.Report.Current[0].Phase);
        Assert.Equal("a leader", sequence.Report.Current[0].WaitsFor);
        Assert.Equal(BootPhase.Pending, sequence.Report.Current[1].Phase);
        Assert.Equal("flock to be there", sequence.Report.Current[1].WaitsFor);
        Assert.False(sequence.Report.IsBooted);

        standings.Writer.TryWrite(Standing.Done);
        await sequence.Report.WhenBootedAsync(Cancel);
        Assert.All(sequence.Report.Current, step => Assert.Equal(BootPhase.Done, step.Phase));
    }

    [Fact]
    public async Task A_step_may_be_idle_and_later_have_its_turn()
    {
        var standings = Channel.CreateUnbounded<Standing>();
        standings.Writer.TryWrite(Standing.Idle);
        await using var sequence = Sequence(new Step { Name = "steward", Start = Nothing, Follow = standings.Reader.ReadAllAsync });
        await sequence.StartAsync(Cancel);
        await sequence.Report.WhenBootedAsync(Cancel);
        Assert.Equal(BootPhase.Idle, sequence.Report.Current[0].Phase);

        standings.Writer.TryWrite(Standing.Waiting("2 of 4 reeves"));
        await Until(sequence.Report, step => step is { Phase: BootPhase.Waiting, Ended: null });
        standings.Writer.TryWrite(Standing.Done);
        await Until(sequence.Report, step => step is { Phase: BootPhase.Done, WaitsFor: "", Ended: not null });
    }

    [Fact]
    public async Task A_step_that_fails_fails_the_start_with_its_own_error()
    {
        await using var sequence = Sequence(
            new Step { Name = "good", Start = Nothing },
            new Step { Name = "bad", Start = _ => throw new NodeStartException("The port is taken.") },
            new Step { Name = "later", After = ["bad"], Start = Nothing });
        var failed = await Assert.ThrowsAsync<NodeStartException>(() => sequence.StartAsync(Cancel));
        Assert.Equal("The port is taken.", failed.Message);
        Assert.Equal("The port is taken.", sequence.Report.Current[1].Problem);
        Assert.Equal(BootPhase.Failed, sequence.Report.Current[1].Phase);
        Assert.Equal(BootPhase.Pending, sequence.Report.Current[2].Phase);
    }

    [Fact]
    public async Task Cancelling_a_start_ends_it_and_every_step()
    {
        var ended = new TaskCompletionSource();
        var sequence = Sequence(new Step { Name = "slow", Start = token => Forever(ended, token) });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var starting = sequence.StartAsync(cancel.Token);
        await Until(sequence.Report, step => step.Phase == BootPhase.Starting);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await sequence.DisposeAsync();
        Assert.True(ended.Task.IsCompleted);
    }

    [Fact]
    public void A_circle_is_named()
    {
        var refused = Assert.Throws<ArgumentException>(() => Sequence(
            new Step { Name = "a", After = ["c"], Start = Nothing },
            new Step { Name = "b", After = ["a"], Start = Nothing },
            new Step { Name = "c", After = ["b"], Start = Nothing },
            new Step { Name = "free", Start = Nothing }));
        Assert.Contains("circle", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("free", refused.Message, StringComparison.Ordinal);
    }

    private static Task Nothing(CancellationToken cancellation) => Task.CompletedTask;

    private static async Task Forever(TaskCompletionSource ended, CancellationToken token)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }
        finally
        {
            ended.SetResult();
        }
    }

    private static async Task Until(BootReport report, Func<StepReport, bool> holds)
    {
        await foreach (var steps in report.WatchAsync(Cancel))
        {
            if (holds(steps[0]))
                return;
        }
    }

    private static BootSequence Sequence(params Step[] steps) =>
        new(steps, MonotonicClock.System, new BootReporter(NullLogger.Instance, new OperatorEvents(TimeProvider.System)));
}

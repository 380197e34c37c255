using System.Collections.Immutable;

namespace Crux.Node.Bootstrap;

/// <summary>
/// Runs the steps of a start-up: each one as soon as the steps that it comes after are there, those that are independent in
/// parallel. It waits for conditions only, never for time.
/// </summary>
internal sealed class BootSequence : IAsyncDisposable
{
    private readonly IReadOnlyList<Step> _steps;
    private readonly MonotonicClock _clock;
    private readonly BootReporter _reporter;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, TaskCompletionSource> _there;
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _runs = [];

    /// <summary>A start-up of <paramref name="steps"/>.</summary>
    /// <exception cref="ArgumentException">Two steps have one name, or steps come after each other in a circle.</exception>
    public BootSequence(IReadOnlyList<Step> steps, MonotonicClock clock, BootReporter reporter)
    {
        (_steps, _clock, _reporter) = (steps, clock, reporter);
        if (steps.GroupBy(step => step.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two steps are called '{twice.Key}'.", nameof(steps));
        if (FindCircle(steps) is { } circle)
            throw new ArgumentException($"These steps come after each other in a circle: {string.Join(" after ", circle)}.", nameof(steps));
        _there = steps.ToDictionary(step => step.Name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Report = new BootReport(steps.Select(Pending), clock);
    }

    /// <summary>How the start-up stands.</summary>
    public BootReport Report { get; }

    /// <summary>
    /// Starts everything. Completes as soon as this node has nothing left to do by itself: each step is there, is idle, waits for
    /// what others must bring about, or comes after one that does. <see cref="BootReport.WhenBootedAsync"/> tells when all are there.
    /// </summary>
    /// <exception cref="Exception">The first failure of a step, as it was thrown.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        foreach (var step in _steps)
            _runs.Add(RunAsync(step));
        await foreach (var reports in Report.WatchAsync(giveUp.Token))
        {
            giveUp.Token.ThrowIfCancellationRequested();
            if (reports.Any(report => report.Phase == BootPhase.Failed))
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(await _failure.Task);
            if (reports.All(report => IsAtRest(report, reports)))
                return;
        }
    }

    /// <summary>Stops following how the steps stand, and gives up those that have not started.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_runs);
        _stopping.Dispose();
    }

    /// <summary>Steps that come after each other in a circle; null where there are none.</summary>
    internal static IReadOnlyList<string>? FindCircle(IReadOnlyList<Step> steps)
    {
        // Whatever can be started, one after another, is taken off; what is left at the end holds the circle.
        var left = steps.ToList();
        while (left.FirstOrDefault(step => !left.Any(other => step.After.Contains(other.Name))) is { } free)
            left.Remove(free);
        return left.Count == 0 ? null : [.. left.Select(step => step.Name)];
    }

    private List<string> Needs(Step step) => [.. step.After.Where(name => _steps.Any(other => other.Name == name))];

    private StepReport Pending(Step step)
    {
        var needs = Needs(step);
        return new StepReport
        {
            Name = step.Name,
            After = [.. step.After],
            WaitsFor = needs.Count == 0 ? "" : $"{string.Join(" and ", needs)} to be there",
        };
    }

    private static bool IsAtRest(StepReport report, ImmutableArray<StepReport> all) => report.Phase switch
    {
        BootPhase.Starting => false,
        BootPhase.Pending => all.Any(other => report.After.Contains(other.Name) && other.Phase is BootPhase.Waiting or BootPhase.Pending),
        _ => true,
    };

    private async Task RunAsync(Step step)
    {
        try
        {
            await Task.WhenAll(Needs(step).Select(need => _there[need].Task)).WaitAsync(_stopping.Token);
            Report.Update(step.Name, report => report with { Phase = BootPhase.Starting, WaitsFor = "", Began = _clock.Now() });
            await step.Start(_stopping.Token);
            if (step.Follow is null)
            {
                Stand(step, Standing.Done);
                return;
            }
            await foreach (var standing in step.Follow(_stopping.Token))
                Stand(step, standing);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The node stops: the step stays as it was seen last.
        }
        catch (Exception problem)
        {
            _failure.TrySetResult(problem);
            Report.Update(step.Name, report => report with { Phase = BootPhase.Failed, WaitsFor = "", Problem = problem.Message, Ended = _clock.Now() });
            _reporter.Failed(step.Name, problem);
        }
    }

    private void Stand(Step step, Standing standing)
    {
        var before = BootPhase.Pending;
        var after = Report.Update(step.Name, report =>
        {
            before = report.Phase;
            var ended = standing.Phase is BootPhase.Done or BootPhase.Idle;
            return report with
            {
                Phase = standing.Phase,
                WaitsFor = standing.WaitsFor,
                // A step that takes a second turn, such as steward on a node that comes to lead, is timed anew.
                Began = !ended && report.Ended is not null ? _clock.Now() : report.Began,
                Ended = ended ? report.Ended ?? _clock.Now() : null,
            };
        });
        if (after.Phase != before)
            _reporter.Changed(after);
        if (standing.Phase is BootPhase.Done or BootPhase.Idle)
            _there[step.Name].TrySetResult();
    }
}

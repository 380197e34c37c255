using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Crux.Protos;
using Crux.Services.Operator;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Node.Bootstrap;

/// <summary>How a node's start-up stands: immutable snapshots, newest first come.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class BootReport : IBootReport
{
    private readonly MonotonicClock _clock;
    private readonly Lock _gate = new();
    private ImmutableArray<StepReport> _current;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BootReport(IEnumerable<StepReport> steps, MonotonicClock clock) => (_current, _clock) = ([.. steps], clock);

    /// <summary>Every step, in the order in which they are listed in code.</summary>
    public ImmutableArray<StepReport> Current
    {
        get
        {
            lock (_gate)
                return _current;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<BootStep> Steps => [.. Current.Select(ToProto)];

    /// <summary>Whether every step is done, or idle because it is not for this node.</summary>
    public bool IsBooted => Current.All(step => step.Phase is BootPhase.Done or BootPhase.Idle);

    /// <summary>The report now, and after each change; a slow reader skips to the newest.</summary>
    public async IAsyncEnumerable<ImmutableArray<StepReport>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ImmutableArray<StepReport> seen;
            Task changed;
            lock (_gate)
                (seen, changed) = (_current, _changed.Task);
            yield return seen;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Completes as soon as every step has been done or idle at the same time.</summary>
    public async Task WhenBootedAsync(CancellationToken cancellationToken)
    {
        await foreach (var steps in WatchAsync(cancellationToken))
        {
            if (steps.All(step => step.Phase is BootPhase.Done or BootPhase.Idle))
                return;
        }
    }

    /// <summary>Replaces one step's report by what <paramref name="change"/> makes of it.</summary>
    internal StepReport Update(string name, Func<StepReport, StepReport> change)
    {
        StepReport after;
        TaskCompletionSource told;
        lock (_gate)
        {
            var before = _current.First(step => step.Name == name);
            after = change(before);
            if (after == before)
                return after;
            _current = _current.Replace(before, after);
            told = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        told.SetResult();
        return after;
    }

    private BootStep ToProto(StepReport step) => new()
    {
        Name = step.Name,
        State = step.Phase switch
        {
            BootPhase.Pending => BootState.Pending,
            BootPhase.Starting => BootState.Starting,
            BootPhase.Waiting => BootState.Waiting,
            BootPhase.Done => BootState.Done,
            BootPhase.Failed => BootState.Failed,
            _ => BootState.Idle,
        },
        Took = Duration.FromTimeSpan(step.Began is { } began ? (step.Ended ?? _clock.Now()) - began : TimeSpan.Zero),
        WaitsFor = step.WaitsFor,
        Problem = step.Problem,
        After = { step.After },
    };
}

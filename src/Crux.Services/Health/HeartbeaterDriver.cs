using System.ComponentModel.DataAnnotations;
using System.Threading.Channels;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Health;

/// <summary>Owns this node's <see cref="HeartbeaterMachine"/>: beats in, one sequence of verdicts out to every subscriber.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class HeartbeaterDriver : IAsyncDisposable
{
    /// <summary>How many verdicts may wait for one slow subscriber.</summary>
    public const int MaxWaitingVerdicts = 16_384;

    /// <summary>How many subscribers there may be at once.</summary>
    public const int MaxSubscribers = 256;

    private readonly HeartbeaterMachine _machine;
    private readonly HealthOutbox _outbox = new();
    private readonly HeartbeaterReporter _reporter;
    private readonly List<Channel<Verdict>> _subscribers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly IGroupView _view;
    private readonly string _flockId;
    private readonly MachineLoop _loop;
    private Task _following = Task.CompletedTask;
    private volatile LocalNode _self;
    private volatile int _count;
    private ulong _processes;

    /// <summary>A heartbeater for the node that <paramref name="view"/> calls its own.</summary>
    /// <param name="view">The flock: it names this node.</param>
    /// <param name="flockId"><c>bloc/name</c>.</param>
    /// <param name="options">How it judges.</param>
    /// <param name="clock">What validity is measured on.</param>
    /// <param name="loggers">Where it logs.</param>
    public HeartbeaterDriver(IGroupView view, string flockId, HealthOptions options, MonotonicClock clock, ILoggerFactory loggers)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_view, _flockId) = (view, flockId);
        _self = LocalNode.From(view.Current, flockId) ?? throw new ArgumentException("The view does not hold its own node.", nameof(view));
        _machine = new HeartbeaterMachine(_self, options);
        _reporter = new HeartbeaterReporter(loggers, () => _count);
        _loop = new MachineLoop(clock, now => Step(() => _machine.Tick(now, _outbox)), () => _machine.NextDeadline);
    }

    /// <summary>How many points are alive on this node.</summary>
    public int Count => _count;

    /// <summary>This node as the flock names it now.</summary>
    public LocalNode Self => _self;

    /// <summary>Ends when the driver stops; faults where an invariant broke, which should stop the host.</summary>
    public Task Completion => _loop.Completion;

    /// <summary>Starts to take beats.</summary>
    public void Start()
    {
        _loop.Start();
        _following = _loop.DependOn(FollowViewAsync());
    }

    /// <summary>A number for a process's stream of beats.</summary>
    public ulong OpenProcess() => Interlocked.Increment(ref _processes);

    /// <summary>Takes one beat; returns a sentence for each point that was refused.</summary>
    public async Task<IReadOnlyList<string>> BeatAsync(ulong process, IReadOnlyList<BeatPoint> points, CancellationToken cancellationToken)
    {
        using var activity = HeartbeaterReporter.Activities.StartActivity("crux.health.beat");
        return await _loop.AskAsync<IReadOnlyList<string>>(
            now =>
            {
                IReadOnlyList<string> refused = [];
                Step(() =>
                {
                    _machine.Beat(now, process, points, _outbox);
                    _reporter.Beat(_outbox);
                    refused = [.. _outbox.Refusals];
                });
                return refused;
            },
            cancellationToken);
    }

    /// <summary>The process leaves on purpose.</summary>
    public ValueTask GoodbyeAsync(ulong process, CancellationToken cancellationToken) =>
        _loop.PostAsync(now => Step(() => _machine.Goodbye(now, process, _outbox)), cancellationToken);

    /// <summary>The process's stream ended without a goodbye.</summary>
    public async ValueTask CloseAsync(ulong process, CancellationToken cancellationToken)
    {
        try
        {
            await _loop.PostAsync(now => Step(() => _machine.Close(now, process, _outbox)), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // The heartbeater itself has stopped, and holds nothing any more.
        }
    }

    /// <summary>All that is alive now, and every verdict from then on until <paramref name="cancellationToken"/> or a slow reader ends it.</summary>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxSubscribers"/> already.</exception>
    public async Task<VerdictSubscription> SubscribeAsync(CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<Verdict>(new BoundedChannelOptions(MaxWaitingVerdicts) { SingleReader = true });
        // First of all, so that a question which is cancelled half-way leaves nothing behind either: the loop takes inputs in their order.
        var registration = cancellationToken.Register(() =>
        {
            channel.Writer.TryComplete();
            // Where this finds the inbox full, the next verdict finds the channel closed.
            _loop.TryPost(_ => _subscribers.Remove(channel));
        });
        var subscription = await _loop.AskAsync(
            _ =>
            {
                if (_subscribers.Count >= MaxSubscribers || cancellationToken.IsCancellationRequested)
                    return null;
                _subscribers.Add(channel);
                return new VerdictSubscription([.. _machine.Entries], _machine.Sequence, channel.Reader);
            },
            cancellationToken);
        if (subscription is null)
        {
            await registration.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"{MaxSubscribers} readers of verdicts are there already, and that is the most.");
        }
        return subscription;
    }

    /// <summary>Ends the loop and every subscription.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loop.DisposeAsync();
        if (_loop.Completion.Exception is { } broken)
            _reporter.Stopped(broken);
        foreach (var subscriber in _subscribers)
            subscriber.Writer.TryComplete();
        _stopping.Dispose();
        _reporter.Dispose();
    }

    private async Task FollowViewAsync()
    {
        await foreach (var snapshot in _view.WatchAsync(_stopping.Token))
        {
            if (LocalNode.From(snapshot, _flockId) is not { } self || self == _self)
                continue;
            await _loop.PostAsync(
                now => Step(() =>
                {
                    _machine.Rename(now, self, _outbox);
                    _self = self;
                }),
                _stopping.Token);
        }
    }

    private void Step(Action step)
    {
        step();
        _count = _machine.Count;
        foreach (var verdict in _outbox.Verdicts)
        {
            _reporter.Judged(verdict);
            _subscribers.RemoveAll(subscriber => !TryTell(subscriber, verdict));
        }
        _outbox.Clear();
    }

    private bool TryTell(Channel<Verdict> subscriber, Verdict verdict)
    {
        if (subscriber.Writer.TryWrite(verdict))
            return true;
        if (subscriber.Writer.TryComplete(new FellBehindException(MaxWaitingVerdicts)))
            _reporter.SubscriberFellBehind(MaxWaitingVerdicts);
        return false;
    }
}

using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Crux.Machines.Registry;
using Crux.Services.Health;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Reeve;

/// <summary>
/// Owns this node's <see cref="ReeveMachine"/>: brings it verdicts, views and the steward's words, and publishes its answers so that
/// a look-up is one dictionary hit.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ReeveDriver : IAsyncDisposable
{
    private readonly ReeveMachine _machine;
    private readonly ReeveOutbox _outbox = new();
    private readonly ReeveOptions _options;
    private readonly ReeveReporter _reporter;
    private readonly OfferingTable _offerings;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IGroupView _view;
    private readonly HeartbeaterDriver _heartbeater;
    private readonly MachineLoop _loop;
    private readonly StewardLink _link;
    private readonly NodeSearch _search;
    private readonly Newest<ReeveState> _state;
    private Task _following = Task.CompletedTask;
    private Instant _sweepDue;
    private ChannelWriter<ReeveReport>? _reports;
    private int _watches;

    /// <summary>A reeve for the node that <paramref name="view"/> calls its own.</summary>
    public ReeveDriver(
        IGroupView view, HeartbeaterDriver heartbeater, IPeers peers, ReeveOptions options, MonotonicClock clock, ILoggerFactory loggers)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_view, _heartbeater, _options) = (view, heartbeater, options);
        _machine = new ReeveMachine(clock.Now(), BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)), view.Current, options);
        _offerings = new OfferingTable(clock, options.FirstAnswerWait);
        _reporter = new ReeveReporter(loggers, () => Current);
        _sweepDue = clock.Now() + (options.KeepAsked / 2);
        _search = new NodeSearch(peers);
        _loop = new MachineLoop(clock, Tick, () => Instant.Min(Instant.Min(_machine.NextDeadline, _sweepDue), _search.Due));
        _state = new Newest<ReeveState>(_loop, new ReeveState(StewardPhase.Absent, 0, 0, 0));
        _link = new StewardLink(peers, options, clock, _reporter, AttachAsync, TakeAsync, DetachAsync);
    }

    /// <summary>How the reeve stands.</summary>
    public ReeveState Current => _state.Value;

    /// <summary>Ends when the driver stops; faults where an invariant broke, which should stop the host.</summary>
    public Task Completion => _loop.Completion;

    internal ReeveReporter Reporter => _reporter;

    /// <summary>Whether a selector is followed; asking this does not keep it so.</summary>
    internal bool Follows(Selector selector) => _offerings.Has(selector);

    /// <summary>How many watches are open.</summary>
    internal int Watches => Volatile.Read(ref _watches);

    /// <summary>Starts to follow the flock, the heartbeater and the steward.</summary>
    public void Start()
    {
        _loop.Start();
        _following = Task.WhenAll(
            _loop.DependOn(FollowViewAsync()), _loop.DependOn(FollowVerdictsAsync()), _loop.DependOn(_link.RunAsync(_stopping.Token)));
    }

    /// <summary>The published answer for a selector that is followed already. One dictionary hit, no lock.</summary>
    public bool TryFind(Selector selector, [NotNullWhen(true)] out ReeveAnswer? answer)
    {
        answer = _offerings.TryFind(selector, out var offering) ? offering.Answer : null;
        return answer is not null;
    }

    /// <summary>The answer for a selector. A first question waits a little for the steward; after that the cache answers at once.</summary>
    /// <exception cref="InvalidOperationException">Too many selectors are followed.</exception>
    public async ValueTask<ReeveAnswer> FindAsync(Selector selector, CancellationToken cancellationToken) =>
        (await FindOfferingAsync(selector, cancellationToken)).Answer;

    /// <summary>The answer now, and after every change of what is offered. A slow reader skips to the newest.</summary>
    /// <exception cref="InvalidOperationException">Too many watches are open, or too many selectors followed.</exception>
    public async IAsyncEnumerable<Protos.FindReply> WatchAsync(Selector selector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<Protos.FindReply>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        _reporter.Watched();
        try
        {
            var offering = await _loop.AskAsync(now => Open(now, selector, channel), cancellationToken)
                ?? throw new InvalidOperationException($"Too many watches: {_options.MaxWatches} watches and {_options.MaxSelectors} selectors are the most on one node.");
            // Whoever reconnects to a node that has just started should not hear "nothing" before the node has heard anything.
            if (HasLeader)
                await _offerings.WaitAsync(offering, offering.Offered, cancellationToken);
            await foreach (var reply in channel.Reader.ReadAllAsync(cancellationToken))
                yield return reply;
        }
        finally
        {
            // Also where the question itself was cancelled: the loop may have opened the watch all the same.
            await CloseAsync(selector, channel);
        }
    }

    /// <summary>How the reeve stands, now and after every change of the steward. A slow reader skips to the newest.</summary>
    public IAsyncEnumerable<ReeveState> WatchStateAsync(CancellationToken cancellationToken) => _state.FollowAsync(cancellationToken);

    /// <summary>Every entry in this node's cache, its own included.</summary>
    public Task<IReadOnlyList<ServiceEntry>> ListKnownAsync(CancellationToken cancellationToken) =>
        _loop.AskAsync<IReadOnlyList<ServiceEntry>>(_ => [.. _machine.Known], cancellationToken);

    /// <summary>Hands all that this node knows of the registry to its own steward, which begins to lead.</summary>
    public Task<Inheritance?> InheritAsync(CancellationToken cancellationToken) => _loop.AskAsync(
        now => Step(now, () => _machine.Inherit(_outbox)), cancellationToken);

    /// <summary>Ends the loop, the stream to the steward and every watch.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _loop.DisposeAsync();
        if (_loop.Completion.Exception is { } broken)
            _reporter.Stopped(broken);
        _offerings.EndWatches();
        _state.End();
        _link.Dispose();
        _stopping.Dispose();
        _reporter.Dispose();
    }

    internal async ValueTask<Offering> FindOfferingAsync(Selector selector, CancellationToken cancellationToken)
    {
        if (!_offerings.TryFind(selector, out var offering))
            offering = await AskAsync(selector, cancellationToken);
        if (_offerings.ShouldWait(offering) && HasLeader)
            await _offerings.WaitAsync(offering, offering.Settled, cancellationToken);
        return offering;
    }

    // Without a leader there is no steward to wait for.
    private bool HasLeader => _view.Current.Leader is not null;

    private async Task<Offering> AskAsync(Selector selector, CancellationToken cancellationToken)
    {
        using var activity = ReeveReporter.Activities.StartActivity("crux.reeve.first_lookup");
        _reporter.SlowLookup();
        var offering = await _loop.AskAsync(
            now => Step(now, () => _machine.Ask(now, selector, _outbox)) ? _offerings.Of(selector) : null, cancellationToken);
        return offering ?? throw new InvalidOperationException(
            $"{_options.MaxSelectors} selectors are followed on this node, and that is the most: ask again in {_options.KeepAsked.TotalSeconds:0} s.");
    }

    private Offering? Open(Instant now, Selector selector, Channel<Protos.FindReply> channel)
    {
        if (_watches >= _options.MaxWatches || !Step(now, () => _machine.Watch(now, selector, _outbox)))
            return null;
        _watches++;
        var offering = _offerings.Of(selector);
        offering.Watchers.Add(channel);
        channel.Writer.TryWrite(offering.Reply);
        return offering;
    }

    private async Task CloseAsync(Selector selector, Channel<Protos.FindReply> channel)
    {
        try
        {
            await _loop.PostAsync(
                now =>
                {
                    if (!_offerings.TryFind(selector, out var offering) || !offering.Watchers.Remove(channel))
                        return;
                    _watches--;
                    Step(now, () => _machine.Unwatch(now, selector, _outbox));
                },
                CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            // The reeve has stopped, and follows nothing any more.
        }
    }

    private async Task FollowViewAsync()
    {
        await foreach (var snapshot in _view.WatchAsync(_stopping.Token))
        {
            await _loop.PostAsync(now => StepAndSearch(now, () => _machine.See(now, snapshot, _outbox)), _stopping.Token);
            _link.Follow(snapshot);
        }
    }

    private async Task FollowVerdictsAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var subscription = await _heartbeater.SubscribeAsync(_stopping.Token);
            await _loop.PostAsync(now => Step(now, () => _machine.Adopt(now, subscription.Entries, _outbox)), _stopping.Token);
            try
            {
                await foreach (var verdict in subscription.Following.ReadAllAsync(_stopping.Token))
                    await _loop.PostAsync(now => Step(now, () => _machine.Hear(now, verdict, _outbox)), _stopping.Token);
                return;
            }
            catch (FellBehindException)
            {
                // The next subscription begins with a full state, and nothing is lost by it.
            }
        }
    }

    private Task<ReeveState> AttachAsync(ChannelWriter<ReeveReport> reports) =>
        _loop.AskAsync(
            now =>
            {
                _reports = reports;
                Step(now, () => _machine.Attach(now, _outbox));
                return _state.Value;
            },
            _stopping.Token);

    private ValueTask TakeAsync(Machines.Registry.StewardPush push) =>
        _loop.PostAsync(now => StepAndSearch(now, () => _machine.Take(now, push, _outbox)), _stopping.Token);

    private async Task DetachAsync()
    {
        try
        {
            await _loop.PostAsync(
                now =>
                {
                    _reports = null;
                    Step(now, () => _machine.Detach(now, _outbox));
                },
                CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            // The reeve has stopped.
        }
    }

    private void Tick(Instant now)
    {
        if (_sweepDue <= now)
        {
            _sweepDue = now + (_options.KeepAsked / 2);
            foreach (var selector in _offerings.TakeUsed())
                Step(now, () => _machine.Ask(now, selector, _outbox));
        }
        Step(now, () => _machine.Tick(now, _outbox));
        _search.Look(now, _view.Current, _machine.Known);
    }

    private void StepAndSearch(Instant now, Action step)
    {
        Step(now, step);
        _search.Stir(now, _view.Current);
    }

    private void Step(Instant now, Action step) => Step(now, () =>
    {
        step();
        return true;
    });

    private T Step<T>(Instant now, Func<T> step)
    {
        var result = step();
        foreach (var report in _outbox.Reports)
        {
            // A steward that reads too slowly is left: the next stream begins with a snapshot, and so nothing is lost.
            if (_reports is not null && !_reports.TryWrite(report))
                _reports.TryComplete(new FellBehindException(StewardLink.MaxWaitingReports));
        }
        foreach (var change in _outbox.Answers)
            _offerings.Publish(now, change);
        _reporter.Handled(_outbox);
        _outbox.Clear();
        PublishState();
        return result;
    }

    private void PublishState()
    {
        var before = _state.Value;
        var state = new ReeveState(_machine.Steward, _machine.Revision, _machine.OwnCount, _machine.KnownCount);
        if (state == before)
            return;
        _state.Replace(state, isNews: state.Steward != before.Steward);
        if (state.Steward != before.Steward)
            _reporter.StewardIs(state.Steward);
    }
}

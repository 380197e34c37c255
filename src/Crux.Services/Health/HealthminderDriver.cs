using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Threading.Channels;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Health;

/// <summary>
/// Owns this node's <see cref="HealthminderMachine"/>. While the node leads, it hears what the steward takes in; while another does and
/// this node may be the next, it follows that one's record.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class HealthminderDriver : IAsyncDisposable
{
    /// <summary>How many records may wait for a slow follower. Beyond it the stream is ended, and the next one begins with the book.</summary>
    public const int MaxWaitingRecords = 16_384;

    /// <summary>How many may follow: the most voters there can be, with room for streams that are being replaced.</summary>
    public const int MaxFollowers = 16;

    /// <summary>After a restart of all: how long who is remembered has to come back before it is missed. Three beats of the default period.</summary>
    public static readonly TimeSpan ComeBackLimit = TimeSpan.FromSeconds(15);

    /// <summary>Time between two looks for what is too old to be told.</summary>
    public static readonly TimeSpan ForgetPeriod = TimeSpan.FromMinutes(10);

    private readonly HealthminderMachine _machine;
    private readonly List<HealthRecord> _records = [];
    private readonly List<Channel<HealthRecord>> _followers = [];
    private readonly HealthminderReporter _reporter;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HealthminderLink _link;
    private readonly IHealthJournal? _journal;
    private readonly HealthKeeper? _keeper;
    private readonly IGroupView _view;
    private readonly MonotonicClock _clock;
    private readonly MachineLoop _loop;
    private Task _following = Task.CompletedTask;
    private Instant _forgetDue, _missDue = Instant.Never;
    private volatile bool _leads, _follows;
    private TaskCompletionSource _led = NotYet();

    /// <summary>A healthminder for the node that <paramref name="view"/> calls its own.</summary>
    /// <param name="view">The flock.</param>
    /// <param name="peers">The way to other nodes.</param>
    /// <param name="options">How much is kept.</param>
    /// <param name="journal">Where it is kept for the node's next start, disposed with the driver; null: in memory only.</param>
    /// <param name="clock">What its times are measured on.</param>
    /// <param name="loggers">Where it logs.</param>
    public HealthminderDriver(IGroupView view, IPeers peers, HealthHistoryOptions options, IHealthJournal? journal, MonotonicClock clock, ILoggerFactory loggers)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_view, _clock) = (view, clock);
        _machine = new HealthminderMachine(NewEdition(), view.Current.Group, options);
        _reporter = new HealthminderReporter(loggers, () => _machine.Count, () => _machine.ChangeCount);
        _forgetDue = clock.Now() + ForgetPeriod;
        _loop = new MachineLoop(clock, Tick, () => Instant.Min(_forgetDue, _missDue));
        _link = new HealthminderLink(view, peers, clock, _reporter, this);
        if (journal is null)
            return;
        _journal = journal;
        _keeper = new HealthKeeper(journal, clock.Time, _reporter, token => _loop.AskAsync(_ => _machine.Export(), token), () => _leads || _follows);
    }

    /// <summary>Ends when the driver stops; faults where an invariant broke, which should stop the host.</summary>
    public Task Completion => _loop.Completion;

    /// <summary>Starts to follow the flock's leader.</summary>
    public void Start()
    {
        _loop.Start();
        // The loop's first, and not the caller's: a long history must hold up neither the node's start nor what hears of services meanwhile.
        _loop.TryPost(_ => Recollect());
        _following = Task.WhenAll(_loop.DependOn(_link.RunAsync(_stopping.Token)), _loop.DependOn(FollowViewAsync()));
    }

    /// <summary>What a window of the past looked like as this node has it, since when it has it, and whether it leads.</summary>
    public Task<(IReadOnlyList<HealthLine> Lines, long SinceUnixMs, bool Leads)> ReportAsync(HealthQuestion question, CancellationToken cancellationToken) =>
        _loop.AskAsync<(IReadOnlyList<HealthLine>, long, bool)>(_ => (_machine.Report(question), _machine.SinceUnixMs, _leads), cancellationToken);

    /// <summary>Ends the loop and every stream.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // What it reads it may not write to yet.
        await _loop.SettleAsync();
        if (_keeper is not null)
            await _keeper.DisposeAsync();
        await _loop.DisposeAsync();
        if (_loop.Completion.Exception is { } broken)
            _reporter.Stopped(broken);
        foreach (var follower in _followers)
            follower.Writer.TryComplete();
        _stopping.Dispose();
        _reporter.Dispose();
    }

    /// <summary>Why the history is not on this node's disk, and what to do; null where it is.</summary>
    internal string? NotKept => _keeper?.Problem is { } problem
        ? $"the history is not kept on the disk of {_view.Current.Find(_view.Current.Self)?.Name ?? _view.Current.Self.Brief}: {problem.TrimEnd('.')}. Make room there; it is tried again every {HealthKeeper.RetryPause.TotalSeconds:0} s"
        : null;

    /// <summary>The wall clock, in milliseconds since 1970.</summary>
    internal long NowUnixMs => _clock.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>This node's steward begins to lead, or takes in, or has heard everybody; false where the loop is too busy to take it.</summary>
    internal bool TryHear(IReadOnlyList<RegistryNews> news, RegistryState? state)
    {
        var at = NowUnixMs;
        return _loop.TryPost(_ => Step(() =>
        {
            Lead();
            foreach (var one in news)
                _machine.Hear(at, one, _records);
            if (state is not null)
                _machine.Reconcile(at, state, _records);
        }));
    }

    /// <summary>This node's steward has ended.</summary>
    internal void Resign() => _loop.TryPost(_ =>
    {
        if (_leads)
            _led = NotYet();
        _leads = false;
        foreach (var follower in _followers)
            follower.Writer.TryComplete();
        _followers.Clear();
    });

    /// <summary>The book or that there is nothing new in it, then every record. Ends where this node leads no more, or the reader is too slow; null where it doesn't lead.</summary>
    internal Task<(HealthBook? Book, ulong Edition, ChannelReader<HealthRecord> Records)?> FollowAsync(ulong edition, ulong sequence, CancellationToken cancellationToken) =>
        _loop.AskAsync<(HealthBook?, ulong, ChannelReader<HealthRecord>)?>(
            _ =>
            {
                if (!_leads || _followers.Count >= MaxFollowers)
                    return null;
                var channel = Channel.CreateBounded<HealthRecord>(new BoundedChannelOptions(MaxWaitingRecords) { SingleReader = true });
                _followers.Add(channel);
                cancellationToken.Register(() =>
                {
                    channel.Writer.TryComplete();
                    _loop.TryPost(_ => _followers.Remove(channel));
                });
                return (_machine.IsCurrent(edition, sequence) ? null : _machine.Export(), _machine.Edition, channel.Reader);
            },
            cancellationToken);

    /// <summary>This node's book, where it begins before the caller's.</summary>
    internal Task<HealthBook?> FetchAsync(long beforeUnixMs, CancellationToken cancellationToken) =>
        _loop.AskAsync(_ => _machine.SinceUnixMs < beforeUnixMs ? _machine.Export() : null, cancellationToken);

    /// <summary>Which book this node has.</summary>
    internal Task<(ulong Edition, ulong Sequence, long SinceUnixMs)> WhereAsync(CancellationToken cancellationToken) =>
        _loop.AskAsync(_ => (_machine.Edition, _machine.Sequence, _machine.SinceUnixMs), cancellationToken);

    /// <summary>The leader's book.</summary>
    internal ValueTask AdoptAsync(HealthBook book, CancellationToken cancellationToken) => _loop.PostAsync(
        _ =>
        {
            if (_leads)
                return;
            _machine.Adopt(book);
            _follows = true;
            _keeper?.Renew();
        },
        cancellationToken);

    /// <summary>The leader has nothing that this node has not.</summary>
    internal ValueTask ContinueAsync(ulong edition, CancellationToken cancellationToken) => _loop.PostAsync(
        _ =>
        {
            if (_leads)
                return;
            _machine.Continue(edition);
            _follows = true;
        },
        cancellationToken);

    /// <summary>The leader is not heard any more: what it records from now on is missing here.</summary>
    internal void Unfollow() => _follows = false;

    /// <summary>A record of the leader; false where one is missing.</summary>
    internal Task<bool> TakeAsync(HealthRecord record, CancellationToken cancellationToken) => _loop.AskAsync(
        _ =>
        {
            if (_leads)
                return true;
            if (!_machine.Take(record))
                return false;
            _keeper?.Note(record);
            return true;
        },
        cancellationToken);

    /// <summary>Another voter's book, for a node that has come to lead. Who follows gets the whole of it.</summary>
    internal ValueTask MergeAsync(HealthBook book, CancellationToken cancellationToken) => _loop.PostAsync(
        now =>
        {
            if (!_leads || !_machine.Merge(book, NewEdition()))
                return;
            _missDue = now + ComeBackLimit;
            _reporter.Merged(book.Histories.Length);
            Renew();
        },
        cancellationToken);

    /// <summary>All others were asked; what only this node remembers counts now.</summary>
    internal ValueTask RecallAsync(CancellationToken cancellationToken) => _loop.PostAsync(
        now =>
        {
            if (!_leads || !_machine.Recall(NewEdition()))
                return;
            _missDue = now + ComeBackLimit;
            Renew();
        },
        cancellationToken);

    /// <summary>Returns once this node leads.</summary>
    internal async Task WhenLeadsAsync(CancellationToken cancellationToken) => await (await _loop.AskAsync(_ => _led.Task, cancellationToken)).WaitAsync(cancellationToken);

    private void Recollect()
    {
        if (_journal is null)
            return;
        var isKept = KeptBook.TryRead(_journal, _machine);
        _machine.Forget(NowUnixMs);
        if (isKept || _journal.Problem is not null)
            _reporter.Remembers(_machine.Count, _journal.Problem);
        _keeper!.Start(hasBegun: isKept);
    }

    // Followers get the whole of it, and so does the disk.
    private void Renew()
    {
        foreach (var follower in _followers)
            follower.Writer.TryComplete();
        _followers.Clear();
        _keeper?.Renew();
    }

    private void Lead()
    {
        if (_leads)
            return;
        _leads = true;
        _led.TrySetResult();
        _machine.Lead(NewEdition());
        _reporter.Leads(_machine.Count);
        See(_view.Current);
    }

    private async Task FollowViewAsync()
    {
        await foreach (var snapshot in _view.WatchAsync(_stopping.Token))
        {
            await _loop.PostAsync(
                _ =>
                {
                    if (_leads)
                        Step(() => See(snapshot));
                },
                _stopping.Token);
        }
    }

    private void See(GroupSnapshot view) =>
        _machine.See(NowUnixMs, [.. view.Members.Where(member => member.Status == MemberStatus.Unreachable).Select(member => member.Id)], _records);

    private void Tick(Instant now)
    {
        if (now >= _missDue)
        {
            _missDue = Instant.Never;
            if (_leads)
                Step(() => _machine.Miss(NowUnixMs, _records));
        }
        if (now < _forgetDue)
            return;
        _forgetDue = now + ForgetPeriod;
        _machine.Forget(NowUnixMs);
        _reporter.Unrecorded(_machine.Unrecorded);
    }

    private void Step(Action step)
    {
        step();
        foreach (var record in _records)
        {
            _keeper?.Note(record);
            _followers.RemoveAll(follower => !follower.Writer.TryWrite(record) && (follower.Writer.TryComplete(new FellBehindException(MaxWaitingRecords)) || true));
        }
        _records.Clear();
    }

    private static TaskCompletionSource NotYet() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ulong NewEdition() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}

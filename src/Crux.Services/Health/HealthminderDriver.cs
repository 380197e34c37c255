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

    /// <summary>Time between two looks for what is too old to be told.</summary>
    public static readonly TimeSpan ForgetPeriod = TimeSpan.FromMinutes(10);

    private readonly HealthminderMachine _machine;
    private readonly List<HealthRecord> _records = [];
    private readonly List<Channel<HealthRecord>> _followers = [];
    private readonly HealthminderReporter _reporter;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HealthminderLink _link;
    private readonly IGroupView _view;
    private readonly MonotonicClock _clock;
    private readonly MachineLoop _loop;
    private Task _following = Task.CompletedTask;
    private Instant _forgetDue;
    private bool _leads;

    /// <summary>A healthminder for the node that <paramref name="view"/> calls its own.</summary>
    public HealthminderDriver(IGroupView view, IPeers peers, HealthHistoryOptions options, MonotonicClock clock, ILoggerFactory loggers)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_view, _clock) = (view, clock);
        _machine = new HealthminderMachine(NewEdition(), view.Current.Group, options);
        _reporter = new HealthminderReporter(loggers, () => _machine.Count, () => _machine.ChangeCount);
        _forgetDue = clock.Now() + ForgetPeriod;
        _loop = new MachineLoop(clock, Tick, () => _forgetDue);
        _link = new HealthminderLink(view, peers, clock, _reporter, this);
    }

    /// <summary>Ends when the driver stops; faults where an invariant broke, which should stop the host.</summary>
    public Task Completion => _loop.Completion;

    /// <summary>Starts to follow the flock's leader.</summary>
    public void Start()
    {
        _loop.Start();
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
        await _loop.DisposeAsync();
        if (_loop.Completion.Exception is { } broken)
            _reporter.Stopped(broken);
        foreach (var follower in _followers)
            follower.Writer.TryComplete();
        _stopping.Dispose();
        _reporter.Dispose();
    }

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
            if (!_leads)
                _machine.Adopt(book);
        },
        cancellationToken);

    /// <summary>The leader has nothing that this node has not.</summary>
    internal ValueTask ContinueAsync(ulong edition, CancellationToken cancellationToken) => _loop.PostAsync(
        _ =>
        {
            if (!_leads)
                _machine.Continue(edition);
        },
        cancellationToken);

    /// <summary>A record of the leader; false where one is missing.</summary>
    internal Task<bool> TakeAsync(HealthRecord record, CancellationToken cancellationToken) => _loop.AskAsync(_ => _leads || _machine.Take(record), cancellationToken);

    /// <summary>Another voter's book, for a node that has come to lead. Who follows gets the whole of it.</summary>
    internal ValueTask MergeAsync(HealthBook book, CancellationToken cancellationToken) => _loop.PostAsync(
        _ =>
        {
            if (!_leads || !_machine.Merge(book, NewEdition()))
                return;
            _reporter.Merged(book.Histories.Length);
            foreach (var follower in _followers)
                follower.Writer.TryComplete();
            _followers.Clear();
        },
        cancellationToken);

    private void Lead()
    {
        if (_leads)
            return;
        _leads = true;
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
        _forgetDue = now + ForgetPeriod;
        _machine.Forget(NowUnixMs);
        _reporter.Unrecorded(_machine.Unrecorded);
    }

    private void Step(Action step)
    {
        step();
        foreach (var record in _records)
            _followers.RemoveAll(follower => !follower.Writer.TryWrite(record) && (follower.Writer.TryComplete(new FellBehindException(MaxWaitingRecords)) || true));
        _records.Clear();
    }

    private static ulong NewEdition() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}

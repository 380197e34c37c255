using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Threading.Channels;
using Crux.Machines.Registry;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Steward;

/// <summary>
/// The steward of this node. It does something only while the node leads: then it owns one <see cref="StewardMachine"/> for the term,
/// which is thrown away, with every stream, when the term is over.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class StewardDriver : IAsyncDisposable
{
    /// <summary>How many reeves may attend at once.</summary>
    public const int MaxStreams = 20_000;

    /// <summary>Time between two looks of an elected leader whose lease has run out whether it was renewed after all, or lost.</summary>
    public static readonly TimeSpan LeaseLook = TimeSpan.FromMilliseconds(100);

    private readonly IGroupView _view;
    private readonly ReeveDriver? _reeve;
    private readonly HealthminderFeed _healthminder;
    private readonly MonotonicClock _clock;
    private readonly StewardOptions _options;
    private readonly StewardReporter _reporter;
    private readonly StewardOutbox _outbox = new();
    private readonly Dictionary<ulong, AttendStream> _streams = [];
    private readonly Newest<StewardStatus> _status;
    private readonly CancellationTokenSource _stopping = new();
    private readonly MachineLoop _loop;
    private StewardMachine? _machine;
    // The view in which this node was elected; null where it wasn't.
    private GroupSnapshot? _elected;
    private readonly TermStart _start = new();
    private Instant _lookDue;
    private Task _following = Task.CompletedTask;
    private ulong _ids;

    /// <summary>A steward for the node that <paramref name="view"/> calls its own.</summary>
    /// <param name="view">The flock: it says who leads.</param>
    /// <param name="reeve">This node's reeve, whose knowledge a new steward begins with; null: it begins empty.</param>
    /// <param name="healthminder">Hears what the steward takes in; null: nobody does.</param>
    /// <param name="options">How it keeps the registry.</param>
    /// <param name="clock">What its times are measured on.</param>
    /// <param name="loggers">Where it logs.</param>
    public StewardDriver(IGroupView view, ReeveDriver? reeve, HealthminderDriver? healthminder, StewardOptions options, MonotonicClock clock, ILoggerFactory loggers)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_view, _reeve, _healthminder, _clock, _options) = (view, reeve, new HealthminderFeed(healthminder), clock, options);
        _reporter = new StewardReporter(loggers, () => Current);
        _loop = new MachineLoop(clock, Tick, () => _machine?.NextDeadline ?? (_elected is null ? Instant.Never : _lookDue));
        _status = new Newest<StewardStatus>(_loop, StewardStatus.Idle);
    }

    /// <summary>How it stands.</summary>
    public StewardStatus Current => _status.Value;

    /// <summary>Ends when the driver stops; faults where an invariant broke, which should stop the host.</summary>
    public Task Completion => _loop.Completion;

    internal StewardReporter Reporter => _reporter;

    /// <summary>Whether the lease under which this node leads still runs. A view that is a moment old says nothing about that.</summary>
    internal bool MayWrite => _clock.Now() < _view.FencedUntil;

    /// <summary>Starts to follow the flock's leader.</summary>
    public void Start()
    {
        _loop.Start();
        _following = _loop.DependOn(FollowViewAsync());
    }

    /// <summary>How it stands, now and after every change. A slow reader skips to the newest. Ends with the driver.</summary>
    public IAsyncEnumerable<StewardStatus> WatchAsync(CancellationToken cancellationToken) => _status.FollowAsync(cancellationToken);

    /// <summary>Ends every stream and the loop.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _loop.TryPost(_ =>
        {
            _elected = null;
            Resign("This node is stopping.");
        });
        await _loop.DisposeAsync();
        if (_loop.Completion.Exception is { } broken)
            _reporter.Stopped(broken);
        _status.End();
        _stopping.Dispose();
        _reporter.Dispose();
    }

    /// <summary>Opens a reeve's stream; null where this node doesn't lead, doesn't see the reeve's node, or has <see cref="MaxStreams"/>.</summary>
    internal async Task<AttendStream?> OpenAsync(NodeId node, CancellationToken call)
    {
        var stream = new AttendStream(Interlocked.Increment(ref _ids), node, call);
        try
        {
            var isOpen = await _loop.AskAsync(
                now =>
                {
                    if (!Leads(now) || _streams.Count >= MaxStreams)
                        return false;
                    _streams.Add(stream.Id, stream);
                    var isTaken = false;
                    Step(() => isTaken = _machine!.Open(stream.Id, node, _outbox));
                    if (!isTaken)
                        _streams.Remove(stream.Id);
                    return isTaken;
                },
                call);
            if (isOpen)
            {
                _reporter.Attended(node);
                return stream;
            }
        }
        catch (OperationCanceledException)
        {
            // The caller went while the loop was asked, and the loop may have opened the stream all the same.
            await CloseAsync(stream);
            throw;
        }
        stream.Dispose();
        return null;
    }

    /// <summary>Takes a report from a stream. A stream of a term that is over is not heard.</summary>
    internal ValueTask ReceiveAsync(AttendStream stream, ReeveReport report) =>
        _loop.PostAsync(
            now =>
            {
                if (Leads(now))
                    Step(() => _machine!.Receive(now, stream.Id, report, _outbox));
            },
            stream.Life);

    /// <summary>The stream is gone. Its owner calls this once, last.</summary>
    internal async ValueTask CloseAsync(AttendStream stream)
    {
        try
        {
            await _loop.PostAsync(
                _ =>
                {
                    _streams.Remove(stream.Id);
                    _machine?.Close(stream.Id);
                    stream.Dispose();
                },
                CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            stream.Dispose();
        }
    }

    /// <summary>Everything it holds with its standing and revision; null where this node doesn't lead.</summary>
    internal Task<(ImmutableArray<ServiceEntry> Entries, StandingPush Standing, ulong Revision)?> ListAsync(CancellationToken cancellationToken) =>
        _loop.AskAsync<(ImmutableArray<ServiceEntry>, StandingPush, ulong)?>(
            now => Leads(now) ? ([.. _machine!.Entries], _machine.Standing, _machine.Revision) : null, cancellationToken);

    private async Task FollowViewAsync()
    {
        (ulong Lineage, ulong Term)? led = null;
        await foreach (var snapshot in _view.WatchAsync(_stopping.Token))
        {
            var term = snapshot.Leader == snapshot.Self && snapshot.Grade == LeaderGrade.Fenced ? (snapshot.Token.Lineage, snapshot.Token.Term) : ((ulong, ulong)?)null;
            var inheritance = term is not null && term != led ? await InheritAsync() : null;
            led = term;
            await _loop.PostAsync(
                now =>
                {
                    _start.Inherit(inheritance);
                    See(now, snapshot);
                },
                _stopping.Token);
        }
    }

    private async Task<Inheritance?> InheritAsync()
    {
        try
        {
            return _reeve is null ? null : await _reeve.InheritAsync(_stopping.Token);
        }
        catch (ChannelClosedException)
        {
            // The reeve has stopped, as this steward is about to.
            return null;
        }
    }

    private void See(Instant now, GroupSnapshot view)
    {
        // Two may lead provisionally while the view is split: only whom voters elected writes.
        if (view.Leader != view.Self || view.Grade != LeaderGrade.Fenced)
        {
            _elected = null;
            _start.Forget();
            Resign("This node does not lead any more.");
            return;
        }
        _elected = view;
        if (!IsCovered(now))
            return;
        if (_machine is null || _machine.Token.Lineage != view.Token.Lineage || _machine.Token.Term != view.Token.Term)
        {
            Resign("Another term has begun.");
            var inheritance = _start.Take(view.Token);
            _machine = new StewardMachine(now, view, _options, inheritance);
            _reporter.Begins(view.Token, inheritance);
            _healthminder.Begin(isInherited: inheritance is not null);
        }
        Step(() => _machine.See(now, view, _outbox));
    }

    private void Tick(Instant now)
    {
        if (Leads(now))
            Step(() => _machine!.Tick(now, _outbox));
        else if (_elected is { } view)
            See(now, view);
    }

    private bool Leads(Instant now) => _machine is not null && IsCovered(now);

    // A pause may last longer than the lease, and then the next term has begun elsewhere before the view here shows it: without a
    // lease that runs nothing is taken, told or shown.
    private bool IsCovered(Instant now)
    {
        if (now < _view.FencedUntil)
            return true;
        _start.Lapse(_machine);
        Resign("Its lease has run out.");
        _lookDue = now + LeaseLook;
        return false;
    }

    private void Resign(string why)
    {
        if (_machine is null)
            return;
        _machine = null;
        foreach (var stream in _streams.Values)
            stream.End(new StreamEnd(stream.Id, why, IsFault: false));
        _streams.Clear();
        _healthminder.End();
        _reporter.Ends(why);
        _status.Replace(StewardStatus.Idle, isNews: true);
    }

    private void Step(Action step)
    {
        step();
        foreach (var message in _outbox.Messages)
        {
            var push = new SharedPush(message.Push);
            foreach (var id in message.Streams)
            {
                if (_streams.TryGetValue(id, out var stream) && !stream.TrySend(push))
                    End(new StreamEnd(id, $"More than {AttendStream.MaxWaitingPushes} pushes waited: attend again.", IsFault: false));
            }
            _reporter.Sent(message);
        }
        foreach (var end in _outbox.Ends)
            End(end);
        _healthminder.Tell(_clock.Now(), _machine!, _outbox.News);
        _outbox.Clear();
        Publish();
    }

    private void End(StreamEnd end)
    {
        if (!_streams.Remove(end.Stream, out var stream))
            return;
        _machine?.Close(end.Stream);
        stream.End(end);
        _reporter.Ended(stream.Node, end);
    }

    private void Publish()
    {
        if (_machine is null)
            return;
        var standing = _machine.Standing;
        var status = new StewardStatus(true, standing.Phase, standing.Heard, standing.Expected, _machine.Count, _machine.Revision);
        var before = _status.Value;
        if (status == before)
            return;
        _status.Replace(status, isNews: true);
        if (status.Phase == StewardPhase.Ready && before.Phase != StewardPhase.Ready)
            _reporter.Ready(status);
    }
}

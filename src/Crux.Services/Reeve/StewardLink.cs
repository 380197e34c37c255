using System.Threading.Channels;
using Crux.Machines.Registry;
using Grpc.Core;

namespace Crux.Services.Reeve;

/// <summary>
/// The reeve's way to the steward: one stream to whoever leads, opened a moment after it came to lead and again with growing pauses, all
/// of them by chance, while it fails; left at once when another leads.
/// </summary>
internal sealed class StewardLink(
    IPeers peers,
    ReeveOptions options,
    MonotonicClock clock,
    ReeveReporter reporter,
    Func<ChannelWriter<ReeveReport>, Task> attach,
    Func<StewardPush, ValueTask> take,
    Func<Task> detach) : IDisposable
{
    /// <summary>How many reports may wait for a slow steward.</summary>
    public const int MaxWaitingReports = 16_384;

    /// <summary>How long a leader may take until its first word on a stream.</summary>
    public static readonly TimeSpan FirstWordLimit = TimeSpan.FromSeconds(5);

    /// <summary>One who says that it does not lead is asked again only after so many of the usual pauses: this node hears of the next leader by itself.</summary>
    public const int PausesAfterRefusal = 20;

    private readonly LeaderPace _pace = new();
    private readonly Lock _gate = new();
    // One for each time during which one node leads.
    private CancellationTokenSource _ended = new();
    private Member? _leader;
    private ulong _lineage;
    private TimeSpan _spread;
    // Whether the steward said anything on the last stream: then the next try begins with the short pause again.
    private bool _heard;

    /// <summary>Leaves the stream that is open where <paramref name="view"/> shows another leader.</summary>
    public void Follow(GroupSnapshot view)
    {
        // A provisional leader has no steward; until voters have elected one, this node answers from what it knows.
        var leader = view is { Leader: { } id, Grade: LeaderGrade.Fenced } ? view.Find(id) : null;
        CancellationTokenSource former;
        lock (_gate)
        {
            // A name or a rack may change under a leader; where it is and which life it lives decide, and the lineage: what was said
            // under one that was not in view yet is lost.
            if (_lineage == view.Token.Lineage && _leader?.Id == leader?.Id && _leader?.Address == leader?.Address && _leader?.Incarnation == leader?.Incarnation)
                return;
            (former, _ended) = (_ended, new CancellationTokenSource());
            (_leader, _lineage) = (leader, view.Token.Lineage);
            if (leader is not null)
                _spread = _pace.SpreadFor(clock.Now(), view.Size);
        }
        // On the pool: whoever follows the view must not run what waits for this. The run may hold its token still, so it is left undisposed.
        _ = former.CancelAsync();
    }

    /// <summary>Attends whoever leads until <paramref name="stopping"/>.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Member? leader;
            CancellationToken ended;
            TimeSpan spread;
            lock (_gate)
                (leader, ended, spread) = (_leader, _ended.Token, _spread);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ended, stopping);
            if (leader is null)
                await PauseAsync(Timeout.InfiniteTimeSpan, linked.Token);
            else
                await AttendAsync(leader, spread, linked.Token);
        }
    }

    private async Task AttendAsync(Member leader, TimeSpan spread, CancellationToken ended)
    {
        await PauseAsync(spread * Random.Shared.NextDouble(), ended);
        var backoff = options.ReconnectBackoff;
        while (!ended.IsCancellationRequested)
        {
            string why;
            var isRefused = false;
            try
            {
                reporter.Attaching(leader);
                await AttendOnceAsync(leader, ended);
                why = "It ended the stream.";
            }
            catch (RpcException exception)
            {
                (why, isRefused) = (exception.Status.Detail, exception.StatusCode == StatusCode.FailedPrecondition);
            }
            catch (Exception exception)
            {
                // Whatever goes wrong on the way to another node, this one goes on trying.
                why = exception.Message;
            }
            if (ended.IsCancellationRequested)
                return;
            if (_heard)
                backoff = options.ReconnectBackoff;
            if (isRefused)
                backoff = Longer(backoff, options.ReconnectBackoff * PausesAfterRefusal);
            // All of it by chance: those that failed together must not come back together.
            var pause = backoff * Random.Shared.NextDouble();
            reporter.AttachFailed(leader, why, pause);
            await PauseAsync(pause, ended);
            backoff = TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, options.MaxReconnectBackoff.Ticks));
        }
    }

    private TimeSpan Longer(TimeSpan one, TimeSpan other) => TimeSpan.FromTicks(Math.Min(Math.Max(one.Ticks, other.Ticks), options.MaxReconnectBackoff.Ticks));

    private async Task AttendOnceAsync(Member leader, CancellationToken ended)
    {
        using var activity = ReeveReporter.Activities.StartActivity("crux.reeve.attend");
        using var silence = new CancellationTokenSource(FirstWordLimit, clock.Time);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ended, silence.Token);
        var reports = Channel.CreateBounded<ReeveReport>(new BoundedChannelOptions(MaxWaitingReports) { SingleReader = true });
        using var call = new Protos.Steward.StewardClient(peers.Connect(leader)).Attend(cancellationToken: life.Token);
        var writing = Task.CompletedTask;
        _heard = false;
        try
        {
            await attach(reports.Writer);
            writing = WriteAsync(reports.Reader, call.RequestStream, life);
            await foreach (var push in call.ResponseStream.ReadAllAsync(life.Token))
            {
                if (!_heard)
                    silence.CancelAfter(Timeout.InfiniteTimeSpan);
                _heard = true;
                if (StewardShape.TryRead(push, out var word, out var unreadable))
                    await take(word);
                if (unreadable > 0)
                    reporter.BadEntries(unreadable);
            }
        }
        finally
        {
            reports.Writer.TryComplete();
            await life.CancelAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await detach();
        }
    }

    private static async Task WriteAsync(ChannelReader<ReeveReport> reports, IClientStreamWriter<Protos.ReeveReport> stream, CancellationTokenSource life)
    {
        try
        {
            await foreach (var report in reports.ReadAllAsync(life.Token))
                await stream.WriteAsync(StewardShape.ToProto(report), life.Token);
        }
        catch (FellBehindException)
        {
            // Reports were lost: only another stream, which begins with a snapshot, makes up for them. Any other fault the reader sees too.
            await life.CancelAsync();
            throw;
        }
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken ended) =>
        Task.Delay(pause, clock.Time, ended).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public void Dispose() => _ended.Dispose();
}

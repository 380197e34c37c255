using System.Globalization;
using Crux.Machines.Health;
using Grpc.Core;

namespace Crux.Services.Health;

/// <summary>
/// The healthminder's way to the others: while another leads and this node may be the next, one stream to that one; when this node comes
/// to lead, one question to each other voter, whether its record begins earlier.
/// </summary>
internal sealed class HealthminderLink(IGroupView view, IPeers peers, MonotonicClock clock, HealthminderReporter reporter, HealthminderDriver driver)
{
    /// <summary>How long a leader may take until its first word, and a voter to hand over its book.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    /// <summary>The most parts of one book: more is no book of ours.</summary>
    public const int MaxParts = 1_024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Follows whoever leads until <paramref name="stopping"/>.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var (duty, work, ended) = ("", Task.CompletedTask, new CancellationTokenSource());
        try
        {
            await foreach (var snapshot in view.WatchAsync(stopping))
            {
                var next = DutyOf(snapshot);
                if (next == duty)
                    continue;
                duty = next;
                await ended.CancelAsync();
                await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ended.Dispose();
                ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                work = duty.Length == 0 ? Task.CompletedTask : snapshot.Leader == snapshot.Self ? GatherAsync(snapshot, ended.Token) : FollowAsync(snapshot.Find(snapshot.Leader!.Value)!, ended.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.Dispose();
        }
    }

    // Two views that ask the same of this node have the same duty.
    private static string DutyOf(GroupSnapshot view) =>
        view.Grade == LeaderGrade.Fenced && view.Leader is { } id && view.Find(id) is { } leader && view.Voters.Contains(view.Self)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{id} {leader.Address} {leader.Incarnation} {view.Token.Lineage} {(id == view.Self ? $"{view.Token.Term} {string.Join(' ', view.Voters)}" : "")}")
            : "";

    private async Task FollowAsync(Member leader, CancellationToken ended)
    {
        for (var pause = FirstPause; !ended.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                if (await FollowOnceAsync(leader, ended))
                    pause = FirstPause;
            }
            catch (Exception exception) when (!ended.IsCancellationRequested)
            {
                // Whatever goes wrong on the way to another node, this one goes on trying.
                reporter.FollowFailed(leader, exception is RpcException rpc ? rpc.Status.Detail : exception.Message);
            }
            finally
            {
                driver.Unfollow();
            }
            await Task.Delay(pause * Random.Shared.NextDouble(), clock.Time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // True where something was heard.
    private async Task<bool> FollowOnceAsync(Member leader, CancellationToken ended)
    {
        using var silence = new CancellationTokenSource(AnswerLimit, clock.Time);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ended, silence.Token);
        var (edition, sequence, _) = await driver.WhereAsync(life.Token);
        using var call = new Protos.Healthminder.HealthminderClient(peers.Connect(leader)).Follow(
            new Protos.FollowHealthRequest { Edition = edition, Sequence = sequence }, cancellationToken: life.Token);
        var parts = new List<Protos.HealthBook>();
        var isHeard = false;
        await foreach (var update in call.ResponseStream.ReadAllAsync(life.Token))
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
            isHeard = true;
            if (update.Unchanged is { } unchanged)
                await driver.ContinueAsync(unchanged.Edition, life.Token);
            else if (update.Book is { } part && TryJoin(parts, part, out var book))
                await driver.AdoptAsync(book, life.Token);
            else if (update.Record is { } record && (!HealthBookShape.TryRead(record, out var read) || !await driver.TakeAsync(read, life.Token)))
                return true;
        }
        return isHeard;
    }

    private async Task GatherAsync(GroupSnapshot snapshot, CancellationToken ended)
    {
        // The view may say so before the steward here has begun.
        await driver.WhenLeadsAsync(ended);
        foreach (var voter in snapshot.Voters.Where(voter => voter != snapshot.Self).Select(snapshot.Find).OfType<Member>())
        {
            try
            {
                await FetchAsync(voter, ended);
            }
            catch (Exception exception) when (!ended.IsCancellationRequested)
            {
                reporter.FetchFailed(voter, exception is RpcException rpc ? rpc.Status.Detail : exception.Message);
            }
        }
        await driver.RecallAsync(ended);
    }

    private async Task FetchAsync(Member voter, CancellationToken ended)
    {
        using var patience = new CancellationTokenSource(AnswerLimit, clock.Time);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ended, patience.Token);
        var (_, _, since) = await driver.WhereAsync(life.Token);
        using var call = new Protos.Healthminder.HealthminderClient(peers.Connect(voter)).Fetch(new Protos.FetchHealthRequest { BeforeUnixMs = since }, cancellationToken: life.Token);
        var parts = new List<Protos.HealthBook>();
        await foreach (var update in call.ResponseStream.ReadAllAsync(life.Token))
        {
            if (update.Book is { } part && TryJoin(parts, part, out var book))
                await driver.MergeAsync(book, life.Token);
        }
    }

    private static bool TryJoin(List<Protos.HealthBook> parts, Protos.HealthBook part, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HealthBook? book)
    {
        book = null;
        if (parts.Count >= MaxParts)
            throw new InvalidDataException($"The book has more than {MaxParts} parts.");
        parts.Add(part);
        if (part.More)
            return false;
        book = HealthBookShape.Join(parts);
        parts.Clear();
        return true;
    }
}

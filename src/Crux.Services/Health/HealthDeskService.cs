using Crux.Protos;
using Grpc.Core;

namespace Crux.Services.Health;

/// <summary>The availability history, for the operator: asks the node that leads, and answers from this node's copy where that one is away.</summary>
internal sealed class HealthDeskService(HealthminderDriver driver, IGroupView view, IPeers peers, TimeProvider time) : HealthDesk.HealthDeskBase
{
    /// <summary>How long the leader may take before this node's copy answers instead.</summary>
    public static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(3);

    public override async Task Show(ShowHealthRequest request, IServerStreamWriter<ShowHealthReply> responseStream, ServerCallContext context)
    {
        var snapshot = view.Current;
        if (!HealthQuestionShape.TryRead(request, snapshot.Group, driver.NowUnixMs, out var question, out var problem))
            throw RpcFault.Invalid(problem);
        var parts = snapshot is { Grade: LeaderGrade.Fenced, Leader: { } id } && id != snapshot.Self && snapshot.Find(id) is { } leader
            ? await AskAsync(leader, request, context.CancellationToken)
            : null;
        if (parts is null)
        {
            var name = snapshot.Find(snapshot.Self)?.Name ?? snapshot.Self.Brief;
            var (lines, since, leads) = await driver.ReportAsync(question, context.CancellationToken);
            var note = leads ? driver.NotKept ?? "" : since == long.MaxValue
                ? $"nobody leads who could answer, and {name} keeps no copy of the history: ask again in a moment, or on a node that votes"
                : $"nobody leads who could answer; this is what {name} has on record";
            parts = [.. HealthQuestionShape.ToParts(question, lines, since, name, note)];
        }
        // This node's own disk is told of as well: whoever asks here may be the one to make room.
        if (parts[0].Note.Length == 0 && driver.NotKept is { } notKept)
            parts[0].Note = notKept;
        foreach (var part in parts)
            await responseStream.WriteAsync(part, context.CancellationToken);
    }

    private async Task<IReadOnlyList<ShowHealthReply>?> AskAsync(Member leader, ShowHealthRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var call = new Healthminder.HealthminderClient(peers.Connect(leader)).Show(
                request, deadline: time.GetUtcNow().UtcDateTime + AskLimit, cancellationToken: cancellationToken);
            var parts = new List<ShowHealthReply>();
            await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
                parts.Add(part);
            return parts;
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            // This node's copy answers, and its note says so.
            return null;
        }
    }
}

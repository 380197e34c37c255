using Crux.Protos;
using Crux.Services.Operator;
using Grpc.Core;

namespace Crux.Services.Reeve;

/// <summary>The registry for the operator: asks the steward, and answers from this node's cache where it is away.</summary>
public sealed class RegistryReport(IGroupView view, ReeveDriver reeve, IPeers peers, TimeProvider time) : IRegistryReport
{
    /// <summary>How long the steward may take before the cache answers instead.</summary>
    public static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public StewardState Steward => EntryShape.ToProto(reeve.Current.Steward);

    /// <inheritdoc/>
    public int LocalServices => reeve.Current.OwnEntries;

    /// <inheritdoc/>
    public int KnownServices => reeve.Current.KnownEntries;

    /// <inheritdoc/>
    public async Task<ListServicesReply> ListAsync(CancellationToken cancellationToken)
    {
        var snapshot = view.Current;
        if (snapshot.Leader is { } id && snapshot.Find(id) is { } leader)
        {
            try
            {
                return await AskAsync(leader, cancellationToken);
            }
            catch (Exception exception) when (exception is RpcException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
            {
                // The cache answers, and its note says so. A connection to a node that has just left is closed beneath the question.
            }
        }
        var name = snapshot.Find(snapshot.Self)?.Name ?? snapshot.Self.Brief;
        var reply = new ListServicesReply
        {
            Steward = StewardState.Absent,
            Revision = reeve.Current.Revision,
            Note = $"steward is away; this is what {name} last heard, and only of what is watched here",
        };
        reply.Entries.AddRange((await reeve.ListKnownAsync(cancellationToken)).Select(EntryShape.ToProto));
        return reply;
    }

    private async Task<ListServicesReply> AskAsync(Member leader, CancellationToken cancellationToken)
    {
        var reply = new ListServicesReply();
        using var call = new Protos.Steward.StewardClient(peers.Connect(leader)).List(
            new ListRequest(), deadline: time.GetUtcNow().UtcDateTime + ListLimit, cancellationToken: cancellationToken);
        await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            reply.Entries.AddRange(part.Entries);
            reply.Steward = part.Standing.State;
            reply.Revision = part.Revision;
            reply.Note = part.Standing.State == StewardState.Ready
                ? ""
                : $"steward is hearing from the nodes again: {part.Standing.ReevesHeard} of {part.Standing.ReevesExpected} so far";
        }
        return reply;
    }
}

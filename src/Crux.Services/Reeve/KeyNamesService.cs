using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Services.Reeve;

/// <summary>Tells an operator whether processes of some nodes asked for keys under a name: of this one from memory, of others by asking them.</summary>
internal sealed class KeyNamesService(KeyGenerations generations, IGroupView view, TimeProvider time, IPeers? peers = null) : KeyNames.KeyNamesBase
{
    /// <summary>Nodes asked after at once; who names more is answered about these.</summary>
    public const int MaxNodes = 64;

    /// <summary>How long another node may take.</summary>
    public static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(2);

    public override async Task<FindKeyNamesReply> Find(FindKeyNamesRequest request, ServerCallContext context)
    {
        if (!NameRules.Holds(request.Service))
            throw RpcFault.Invalid($"The name asked after needs {NameRules.InWords}.");
        var nodes = request.NodeIds.Where(id => id.Length == NodeId.SizeBytes).Take(MaxNodes).Select(id => NodeId.Read(id.Span));
        var answers = await Task.WhenAll(nodes.Select(node => OfAsync(node, request.Service, context.CancellationToken)));
        return new FindKeyNamesReply { Nodes = { answers } };
    }

    private async Task<KeyNamesOfNode> OfAsync(NodeId node, string service, CancellationToken cancellationToken)
    {
        if (node == view.Current.Self)
            return KeyNamePeersService.Answer(generations.SignedFor, service, node);
        try
        {
            if (peers is not null && view.Current.Find(node) is { } member)
            {
                return await new KeyNamePeers.KeyNamePeersClient(peers.Connect(member)).AskAsync(
                    new AskKeyNameRequest { Service = service }, deadline: time.GetUtcNow().UtcDateTime + AskLimit, cancellationToken: cancellationToken);
            }
        }
        catch (Exception exception) when (exception is RpcException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            // Away, or of an older version: nothing is known of it.
        }
        return new KeyNamesOfNode { NodeId = ByteString.CopyFrom(node.ToArray()), State = KeyNameState.Unanswered };
    }
}

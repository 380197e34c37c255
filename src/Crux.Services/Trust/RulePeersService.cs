using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Services.Trust;

/// <summary>Passes the rules on to other nodes. They prove themselves: whoever asks checks the operator's signature.</summary>
internal sealed class RulePeersService(RuleBoard board) : RulePeers.RulePeersBase
{
    private const int PartBytes = 256 * 1024;

    public override async Task Fetch(FetchRulesRequest request, IServerStreamWriter<FetchRulesReply> responseStream, ServerCallContext context)
    {
        if (board.Current.Source is not { } signed)
            return;
        var bytes = signed.ToBytes();
        for (var at = 0; at < bytes.Length; at += PartBytes)
        {
            var part = bytes.AsMemory(at, Math.Min(PartBytes, bytes.Length - at));
            await responseStream.WriteAsync(new FetchRulesReply { Part = UnsafeByteOperations.UnsafeWrap(part) }, context.CancellationToken);
        }
    }
}

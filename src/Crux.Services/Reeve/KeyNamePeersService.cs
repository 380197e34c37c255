using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Services.Reeve;

/// <summary>Tells other nodes of the flock whether a process here asked for keys under a name.</summary>
internal sealed class KeyNamePeersService(KeyGenerations generations, IGroupView view) : KeyNamePeers.KeyNamePeersBase
{
    /// <summary>Names told beside the answer, for whoever has a letter wrong.</summary>
    public const int MaxTold = 64;

    public override Task<KeyNamesOfNode> Ask(AskKeyNameRequest request, ServerCallContext context) =>
        NameRules.Holds(request.Service)
            ? Task.FromResult(Answer(generations.SignedFor, request.Service, view.Current.Self))
            : throw RpcFault.Invalid($"The name asked after needs {NameRules.InWords}.");

    public static KeyNamesOfNode Answer(SignedNames names, string service, NodeId self)
    {
        var isUnknown = names.IsUnknown(service);
        var reply = new KeyNamesOfNode { NodeId = ByteString.CopyFrom(self.ToArray()), State = isUnknown ? KeyNameState.Unknown : KeyNameState.Known };
        if (isUnknown)
            reply.Names.Add(names.Some(MaxTold));
        return reply;
    }
}

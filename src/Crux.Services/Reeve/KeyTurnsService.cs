using Crux.Protos;
using Grpc.Core;

namespace Crux.Services.Reeve;

/// <summary>Has processes of this node take new keys. Whoever may have a name may turn its keys; who may have any, everybody's.</summary>
internal sealed class KeyTurnsService(KeyGenerations generations, ILocalNames names) : KeyTurns.KeyTurnsBase
{
    public override Task<TurnKeysReply> Turn(TurnKeysRequest request, ServerCallContext context)
    {
        if (request.Service.Length > 0 && !NameRules.Holds(request.Service))
            throw RpcFault.Invalid($"The service whose keys are to be replaced needs {NameRules.InWords}: an instance, or a client's name.");
        if (names.FindProblem(context, request.Service.Length > 0 ? request.Service : TrustParty.Any) is { } problem)
            throw RpcFault.Denied(problem);
        try
        {
            var turned = generations.Turn(request.Service, request.AtOnce);
            return Task.FromResult(new TurnKeysReply
            {
                Generation = ToProto(request.Service, turned),
                Unknown = request.Service.Length > 0 && generations.SignedFor.IsUnknown(request.Service),
            });
        }
        catch (IOException unkept)
        {
            throw new RpcException(new Grpc.Core.Status(StatusCode.Internal, $"No key was replaced, because the node can't write it down: {unkept.Message}"));
        }
    }

    public static Protos.KeyGeneration ToProto(string service, KeyGeneration generation) =>
        new() { Service = service, Generation = generation.Number, Oldest = generation.Oldest };
}

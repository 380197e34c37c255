using Crux.Client.Connect;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Client.Hosting;

/// <summary>The standard way to ask a service to stop: for processes on the same node, and for whom a rule names it.</summary>
internal sealed class LifecycleService(IQuittable service) : Lifecycle.LifecycleBase
{
    public override Task<QuitReply> Quit(QuitRequest request, ServerCallContext context)
    {
        var caller = context.GetHttpContext().Connection.ClientCertificate is { } shown ? PeerStatement.ReadVerified(shown) : null;
        if (caller is null || !(CallGate.IsAllowedByRule(context.GetHttpContext()) || IsNeighbour(caller)))
        {
            throw new RpcException(new Grpc.Core.Status(
                StatusCode.PermissionDenied, "Only a process on the same node may ask this service to quit, or one that a rule allows crux.v1.Lifecycle/Quit."));
        }
        service.Quit(caller.Service, request.Reason, request.Grace?.ToTimeSpan());
        return Task.FromResult(new QuitReply());
    }

    private bool IsNeighbour(PeerStatement caller) => service.Node is { } node && ByteString.CopyFrom(caller.Node.ToArray()).Equals(node);
}

using Crux.Client;
using Crux.Protos.Samples;
using Grpc.Core;

namespace GalumphServer;

/// <summary>Made anew for each call: what must last lives in <see cref="Names"/>.</summary>
internal sealed class GalumphService(Names names, CruxSelf self) : Galumph.GalumphBase
{
    private string ServedBy => $"galumph2_3 on {self.NetId}";

    public override Task<RegisterReply> Register(GalumphInstance request, ServerCallContext context)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "Who galumphs? Give a name."));
        return Task.FromResult(new RegisterReply { Count = names.Add(request.Name), ServedBy = ServedBy });
    }

    public override Task<TableReply> Table(TableRequest request, ServerCallContext context) =>
        Task.FromResult(new TableReply { Names = { names.List() }, ServedBy = ServedBy });
}

using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Daemon.Tour;

/// <summary>The tour's service: an ordinary gRPC service, with nothing of Crux in it.</summary>
internal sealed class GalumphService(GalumphNames names) : Galumph.GalumphBase
{
    public override Task<RegisterReply> Register(GalumphInstance request, ServerCallContext context) =>
        Task.FromResult(new RegisterReply { Count = names.Add(request.Name), ServedBy = names.ServedBy });

    public override Task<TableReply> Table(TableRequest request, ServerCallContext context) =>
        Task.FromResult(new TableReply { Names = { names.Names.Take(10) }, ServedBy = names.ServedBy });
}

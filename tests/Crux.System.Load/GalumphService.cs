using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.System.Load;

/// <summary>Answers at once.</summary>
internal sealed class GalumphService(Names names) : Galumph.GalumphBase
{
    public override Task<RegisterReply> Register(GalumphInstance request, ServerCallContext context) =>
        Task.FromResult(new RegisterReply { Count = (uint)names.Add(request.Name), ServedBy = names.ServedBy });

    public override Task<TableReply> Table(TableRequest request, ServerCallContext context) =>
        Task.FromResult(new TableReply { Names = { names.All }, ServedBy = names.ServedBy });
}

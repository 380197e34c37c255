using Crux.Client;
using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Testing.Tests;

/// <summary>Says where it runs.</summary>
public sealed class EchoService(CruxSelf self) : Galumph.GalumphBase
{
    public override Task<TableReply> Table(TableRequest request, ServerCallContext context) =>
        Task.FromResult(new TableReply { ServedBy = self.NetId?.ToString() ?? "" });

    public override Task<RegisterReply> Register(GalumphInstance request, ServerCallContext context) =>
        Task.FromResult(new RegisterReply { Count = 1, ServedBy = self.NetId?.ToString() ?? "" });
}

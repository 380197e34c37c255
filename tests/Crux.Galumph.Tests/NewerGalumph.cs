using Crux.Protos.Samples;
using Grpc.Core;

namespace Crux.Galumph.Tests;

/// <summary>What a next version might be.</summary>
public sealed class NewerGalumph : Protos.Samples.Galumph.GalumphBase
{
    public override Task<RegisterReply> Register(GalumphInstance request, ServerCallContext context) =>
        Task.FromResult(new RegisterReply { Count = 1, ServedBy = "galumph2_4 of the test" });
}

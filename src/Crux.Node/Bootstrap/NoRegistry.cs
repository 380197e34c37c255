using Crux.Protos;
using Crux.Services.Operator;

namespace Crux.Node.Bootstrap;

/// <summary>What an operator reads of the registry while there is none.</summary>
internal sealed class NoRegistry : IRegistryReport
{
    public StewardState Steward => StewardState.Absent;

    public int LocalServices => 0;

    public int KnownServices => 0;

    public Task<ListServicesReply> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new ListServicesReply { Steward = Steward, Note = "This node keeps no registry." });
}

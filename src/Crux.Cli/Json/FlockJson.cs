using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Json;

/// <summary><c>crux flock show --json</c> and <c>crux flock seal --json</c>.</summary>
internal sealed record FlockJson(string? Uuid, uint Holders, uint Members, string WaitsFor, string? AbsorbedInto, uint Orders, IReadOnlyList<ForeignJson> Foreigners)
{
    public static FlockJson Of(GetSealingReply sealing) => new(
        sealing.Uuid.IsEmpty ? null : Words.Hex(sealing.Uuid), sealing.Holders, sealing.Members, sealing.WaitsFor,
        sealing.AbsorbedInto.IsEmpty ? null : Words.Hex(sealing.AbsorbedInto), sealing.Orders,
        [.. sealing.Foreigners.Select(foreigner => new ForeignJson(foreigner.Bloc, foreigner.Flock, foreigner.Uuid.IsEmpty ? null : Words.Hex(foreigner.Uuid), foreigner.Address))]);
}

using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Services.Health;

/// <summary>Beats and verdicts between their message form and the machine's own.</summary>
internal static class HealthShape
{
    public static BeatPoint Read(Protos.Point point) => new()
    {
        InstanceId = point.InstanceId,
        Group = point.Group,
        Instance = point.Instance,
        Address = point.Address,
        KeyHash = point.KeyHash.Memory,
        NextKeyHash = point.NextKeyHash.Memory,
        Status = EntryShape.ReadStatus(point.Status),
        Reason = point.Reason,
        IssuedUnixMs = point.IssuedUnixMs,
        ValidFor = EntryShape.ReadDuration(point.ValidFor),
        Labels = point.Labels,
        Artifact = point.Artifact,
        FlockId = point.FlockId,
    };

    public static Protos.Verdict ToProto(Verdict verdict) => new()
    {
        Sequence = verdict.Sequence,
        Kind = (Protos.VerdictKind)verdict.Kind,
        Entry = EntryShape.ToProto(verdict.Entry),
        Reason = verdict.Reason,
    };

    public static Protos.Verdict Opening(ServiceEntry entry, ulong sequence) => new()
    {
        Sequence = sequence,
        Kind = Protos.VerdictKind.Up,
        Entry = EntryShape.ToProto(entry),
        Reason = "is up since before you asked",
    };
}

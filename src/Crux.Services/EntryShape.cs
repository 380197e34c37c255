using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Services;

/// <summary>Entries and tokens between their message form and the machines' own.</summary>
internal static class EntryShape
{
    public static Entry ToProto(ServiceEntry entry)
    {
        var message = new Entry
        {
            InstanceId = entry.InstanceId,
            Group = entry.Group,
            Api = entry.Instance.Api,
            Instance = entry.Instance.ToString(),
            NetId = entry.NetId.ToString(),
            Address = entry.Address.ToString(),
            NodeId = ToProto(entry.Node),
            Incarnation = entry.Incarnation,
            KeyHash = UnsafeByteOperations.UnsafeWrap(entry.KeyHash.ToArray()),
            Status = (Status)entry.Status,
            StatusReason = entry.StatusReason,
            IssuedUnixMs = entry.IssuedUnixMs,
            ValidFor = Duration.FromTimeSpan(entry.ValidFor),
            Artifact = entry.Artifact,
            Token = ToProto(entry.Token),
        };
        if (!entry.NextKeyHash.IsNone)
            message.NextKeyHash = UnsafeByteOperations.UnsafeWrap(entry.NextKeyHash.ToArray());
        foreach (var (key, value) in entry.Labels.Pairs)
            message.Labels.Add(key, value);
        return message;
    }

    /// <summary>Reads an entry that came over the network: false where it breaks a rule that its own node's heartbeater keeps.</summary>
    public static bool TryRead(Entry message, [NotNullWhen(true)] out ServiceEntry? entry)
    {
        entry = null;
        if (!InstanceName.TryParse(message.Instance, out var instance, out _)
            || !NetAddress.TryParse(message.Address, out var address)
            || !TryRead(message.NodeId, out var node)
            || !KeyHash.TryRead(message.KeyHash.Span, out var keyHash)
            || message.InstanceId.Length is 0 or > ServiceEntry.MaxInstanceIdLength
            || message.StatusReason.Length > ServiceEntry.MaxReasonLength
            || message.Artifact.Length > ServiceEntry.MaxArtifactLength
            || message.Labels.Count > LabelSet.MaxLabels
            || message.Labels.Any(label => !NameRules.Holds(label.Key) || label.Value.Length > LabelSet.MaxValueLength)
            || !NameRules.Holds(message.Group)
            || !TryReadNext(message.NextKeyHash, out var nextKeyHash)
            || !Crux.NetId.TryParse(message.NetId, out var netId))
            return false;
        entry = new ServiceEntry
        {
            Node = node,
            InstanceId = message.InstanceId,
            Group = message.Group,
            Instance = instance,
            Address = address,
            NodeName = netId.Node,
            Incarnation = message.Incarnation,
            KeyHash = keyHash,
            NextKeyHash = nextKeyHash,
            Status = ReadStatus(message.Status),
            StatusReason = message.StatusReason,
            IssuedUnixMs = message.IssuedUnixMs,
            ValidFor = ClampValidity(ReadDuration(message.ValidFor) ?? TimeSpan.Zero),
            Labels = LabelSet.From(message.Labels),
            Artifact = message.Artifact,
            Token = Read(message.Token),
        };
        return true;
    }

    public static ByteString ToProto(NodeId node) => UnsafeByteOperations.UnsafeWrap(node.ToArray());

    public static bool TryRead(ByteString bytes, out NodeId node)
    {
        node = bytes.Length == Crux.NodeId.SizeBytes ? Crux.NodeId.Read(bytes.Span) : default;
        return bytes.Length == Crux.NodeId.SizeBytes;
    }

    private static bool TryReadNext(ByteString bytes, out KeyHash next)
    {
        next = default;
        return bytes.IsEmpty || KeyHash.TryRead(bytes.Span, out next);
    }

    public static Token ToProto(GroupToken token) => new() { Lineage = token.Lineage, Term = token.Term, Sequence = token.Sequence };

    public static GroupToken Read(Token? token) => token is null ? default : new GroupToken(token.Lineage, token.Term, token.Sequence);

    public static StewardState ToProto(StewardPhase phase) => (StewardState)phase;

    /// <summary>A status of a later version reads as unknown, and what is unknown isn't offered.</summary>
    public static ServiceStatus ReadStatus(Status status) => status is >= Status.Serving and <= Status.Draining ? (ServiceStatus)status : ServiceStatus.Unknown;

    /// <summary>A duration beyond the range of <see cref="TimeSpan"/> is clamped to it: whoever judges it clamps further.</summary>
    public static TimeSpan? ReadDuration(Duration? duration)
    {
        const long MaxSeconds = 315_576_000_000;
        return duration is null
            ? null
            : TimeSpan.FromSeconds(Math.Clamp(duration.Seconds, -MaxSeconds, MaxSeconds)) + TimeSpan.FromTicks(duration.Nanos / TimeSpan.NanosecondsPerTick);
    }

    // No heartbeater grants more.
    private static TimeSpan ClampValidity(TimeSpan validity) =>
        validity < TimeSpan.Zero ? TimeSpan.Zero : validity > HealthOptions.LongestValidity ? HealthOptions.LongestValidity : validity;

    public static NodeInfo ToProto(LocalNode node) => new()
    {
        NodeId = ToProto(node.Id),
        Name = node.Name,
        Address = node.Address.ToString(),
        Rack = node.Rack,
        FlockId = node.FlockId,
        Group = node.Group,
    };
}

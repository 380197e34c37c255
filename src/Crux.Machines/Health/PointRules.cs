using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Registry;

namespace Crux.Machines.Health;

/// <summary>What a point in a beat must be to become an entry.</summary>
internal static class PointRules
{
    /// <summary>Makes the entry that <paramref name="point"/> describes, or says in one sentence what is wrong and what would be right.</summary>
    public static bool TryRead(
        BeatPoint point, LocalNode self, HealthOptions options, [NotNullWhen(true)] out ServiceEntry? entry, [NotNullWhen(false)] out string? problem)
    {
        entry = null;
        if (!InstanceName.TryParse(point.Instance, out var instance, out problem))
            return false;
        problem = FindProblem(point, instance, self);
        if (problem is not null || !TryPlace(point.Address, instance, self, out var address, out problem))
            return false;
        if (!KeyHash.TryRead(point.KeyHash.Span, out var keyHash))
        {
            problem = $"{instance} came with a key hash of {point.KeyHash.Length} bytes: send the {KeyHash.SizeBytes} bytes of SHA-256 over the key that it shows in TLS.";
            return false;
        }
        var nextKeyHash = default(KeyHash);
        if (!point.NextKeyHash.IsEmpty && !KeyHash.TryRead(point.NextKeyHash.Span, out nextKeyHash))
        {
            problem = $"{instance} came with a hash of its next key of {point.NextKeyHash.Length} bytes: send {KeyHash.SizeBytes} bytes, or none.";
            return false;
        }
        entry = new ServiceEntry
        {
            Node = self.Id,
            InstanceId = point.InstanceId,
            Group = self.Group,
            Instance = instance,
            Address = address,
            NodeName = self.Name,
            Incarnation = self.Incarnation,
            KeyHash = keyHash,
            NextKeyHash = nextKeyHash,
            Status = point.Status,
            StatusReason = Shorten(point.Reason),
            IssuedUnixMs = point.IssuedUnixMs,
            ValidFor = Clamp(point.ValidFor ?? options.DefaultValidity),
            Labels = LabelSet.From(point.Labels),
            Artifact = point.Artifact,
        };
        problem = null;
        return true;
    }

    private static string? FindProblem(BeatPoint point, InstanceName instance, LocalNode self)
    {
        if (point.InstanceId.Length is 0 or > ServiceEntry.MaxInstanceIdLength || point.InstanceId.Any(c => c is <= ' ' or > '~'))
            return $"{instance} came with an instance id that can't be used: it needs 1 to {ServiceEntry.MaxInstanceIdLength} visible ASCII characters, such as a GUID.";
        if (point.FlockId.Length > 0 && point.FlockId != self.FlockId)
            return $"{instance} believes to be in flock '{Cut(point.FlockId)}', and this node is in '{self.FlockId}': enroll again.";
        if (point.Group.Length > 0 && point.Group != self.Group)
            return $"{instance} asks for group '{Cut(point.Group)}', and this node is in '{self.Group}' only: leave the group empty.";
        if (point.Labels.Count > LabelSet.MaxLabels)
            return $"{instance} has {point.Labels.Count} labels: {LabelSet.MaxLabels} is the most.";
        foreach (var (key, value) in point.Labels)
        {
            if (!NameRules.Holds(key))
                return $"{instance} has a label '{Cut(key)}': a label's name needs {NameRules.InWords}.";
            if (value.Length > LabelSet.MaxValueLength)
                return $"{instance} has a label '{key}' of {value.Length} characters: {LabelSet.MaxValueLength} is the most.";
        }
        return point.Artifact.Length > ServiceEntry.MaxArtifactLength
            ? $"{instance} names an artifact in {point.Artifact.Length} characters: {ServiceEntry.MaxArtifactLength} is the most."
            : null;
    }

    private static bool TryPlace(string text, InstanceName instance, LocalNode self, out NetAddress address, [NotNullWhen(false)] out string? problem)
    {
        if (!NetAddress.TryParse(text, out address) || address.Port == 0)
        {
            problem = $"{instance} says that it listens at '{Cut(text)}': send address and port, such as '0.0.0.0:41234'.";
            return false;
        }
        if (address.IsAny && address.IsV4 && !self.Address.IsV4)
        {
            problem = $"{instance} listens at {address}, which is IPv4 alone, and this node speaks IPv6: bind it to [::] or to {self.Address.WithPort(0)}.";
            return false;
        }
        if (address.IsAny)
            address = self.Address.WithPort(address.Port);
        else if (address.IsMulticast)
        {
            problem = $"{instance} says that it listens at {address}, which is a multicast address: send its own address.";
            return false;
        }
        else if (address.IsLoopback && !self.Address.IsLoopback)
        {
            problem = $"{instance} listens at {address}, which other nodes can't reach: bind it to {(self.Address.IsV4 ? "0.0.0.0" : "[::]")} or to {self.Address.WithPort(0)}.";
            return false;
        }
        problem = null;
        return true;
    }

    private static TimeSpan Clamp(TimeSpan validity) =>
        validity < HealthOptions.ShortestValidity ? HealthOptions.ShortestValidity
        : validity > HealthOptions.LongestValidity ? HealthOptions.LongestValidity
        : validity;

    // Never between the two halves of a character: UTF-8 can't carry a half, the steward would read another text, and its digest
    // would never fit.
    private static string Shorten(string reason)
    {
        var end = Math.Min(reason.Length, ServiceEntry.MaxReasonLength);
        if (end < reason.Length && char.IsHighSurrogate(reason[end - 1]))
            end--;
        return reason[..end];
    }

    // What strangers wrote is quoted, never at any length.
    private static string Cut(string text) => text.Length <= 80 ? text : text[..80] + "...";
}

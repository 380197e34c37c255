using Crux.Protos;

namespace Crux.Client.Connect;

/// <summary>One instance that the reeve offers.</summary>
/// <param name="Id">The node and the instance id: what an upsert replaces.</param>
/// <param name="Pin">SHA-256 of the key that the instance shows, hexadecimal.</param>
/// <param name="Tier">0 is the best.</param>
/// <param name="NextPin">SHA-256 of the key that it will show next, hexadecimal; empty where none is planned.</param>
internal sealed record Offering(string Id, string Instance, string NetId, NodeId Node, NetAddress Address, string Pin, int Tier, string NextPin = "")
{
    /// <summary>Where it is found, whatever key it shows.</summary>
    public string Place => $"{Id} {Address}";

    /// <summary>Whether the registry says that it shows this key, or will.</summary>
    public bool IsPinned(string pin) => pin == Pin || (NextPin.Length > 0 && pin == NextPin);

    /// <summary>For people: <c>galumph2_3 on node3:41234</c>.</summary>
    public string Title => $"{Instance} on {NetId}";

    /// <summary>Null where the offer stands for "left out", or can't be used.</summary>
    public static Offering? TryRead(Offer offer)
    {
        var entry = offer.Entry;
        if (offer.Tier < 0
            || entry is null
            || entry.NodeId.Length != NodeId.SizeBytes
            || entry.KeyHash.Length != PinnedCertificate.PinSizeBytes
            || entry.NextKeyHash.Length is not (0 or PinnedCertificate.PinSizeBytes)
            || !NetAddress.TryParse(entry.Address, out var address))
            return null;
        var node = NodeId.Read(entry.NodeId.Span);
        return new($"{node}/{entry.InstanceId}", entry.Instance, entry.NetId, node, address, Convert.ToHexString(entry.KeyHash.Span), offer.Tier, Convert.ToHexString(entry.NextKeyHash.Span));
    }
}

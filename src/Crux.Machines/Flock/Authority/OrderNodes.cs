namespace Crux.Machines.Flock.Authority;

/// <summary>The payload of an order about nodes: their ids, one after the other.</summary>
public static class OrderNodes
{
    /// <summary>The most nodes that one order names.</summary>
    public const int MaxNodes = OperatorOrder.MaxPayloadBytes / NodeId.SizeBytes;

    /// <summary>The payload that names these nodes.</summary>
    public static byte[] Write(IReadOnlyList<NodeId> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var payload = new byte[ids.Count * NodeId.SizeBytes];
        for (var i = 0; i < ids.Count; i++)
            ids[i].Write(payload.AsSpan(i * NodeId.SizeBytes));
        return payload;
    }

    /// <summary>The nodes that a payload names; what is left over is ignored.</summary>
    public static IReadOnlyList<NodeId> Read(ReadOnlySpan<byte> payload)
    {
        var ids = new List<NodeId>();
        for (; payload.Length >= NodeId.SizeBytes; payload = payload[NodeId.SizeBytes..])
            ids.Add(NodeId.Read(payload));
        return ids;
    }
}

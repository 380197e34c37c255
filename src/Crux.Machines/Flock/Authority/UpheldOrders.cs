using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// The payload of an order by which the root key lets stand what an operator had ordered that is one no more: those orders' digests, one
/// after the other. Without it a newcomer would refuse them, and not know of a node that was revoked.
/// </summary>
public static class UpheldOrders
{
    private const int DigestBytes = 16;

    /// <summary>The most orders that one order upholds.</summary>
    public const int MaxOrders = OperatorOrder.MaxPayloadBytes / DigestBytes;

    /// <summary>The payload that names these orders.</summary>
    public static byte[] Write(IReadOnlyList<OperatorOrder> orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        var payload = new byte[orders.Count * DigestBytes];
        var writer = new WireWriter(payload);
        foreach (var order in orders)
            writer.UInt128(order.Digest);
        return payload;
    }

    /// <summary>The digests in a payload.</summary>
    public static IReadOnlyList<UInt128> Read(ReadOnlySpan<byte> payload)
    {
        var digests = new List<UInt128>();
        var reader = new WireReader(payload);
        while (reader.Left >= DigestBytes)
            digests.Add(reader.UInt128());
        return digests;
    }
}

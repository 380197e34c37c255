using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// That a flock was born: its uuid, whose it is, and who keeps it. The operator's order within says that it may be, the leader's
/// signature that it was. Every member has it on disk; who has one never takes another.
/// </summary>
internal sealed class BirthRecord
{
    /// <summary>Members that the record names as keepers: as many as vote.</summary>
    public const int MaxKeepers = 7;

    /// <summary>The longest record; it fits into one datagram beside what goes with it.</summary>
    public const int MaxBytes = 1 + 16 + 2 + MaxOrderBytes + 1 + (MaxKeepers * NodeId.SizeBytes) + (2 * (1 + MaxKeyBytes)) + INodeSigner.SignatureBytes;

    // A sealing's payload is five bytes long, so its order is far below what any order may be.
    private const int MaxOrderBytes = 300;
    private const int MaxKeyBytes = 160;
    private const byte Form = 1;

    private BirthRecord(byte[] raw) => Raw = raw;

    /// <summary>The record as it travels and as it lies on disk, signature included.</summary>
    public byte[] Raw { get; }

    /// <summary>The lineage that became the flock's uuid; never 0.</summary>
    public required UInt128 Uuid { get; init; }

    /// <summary>The operator's order to seal.</summary>
    public required OperatorOrder Order { get; init; }

    /// <summary>The key that the order is signed with.</summary>
    public required byte[] OperatorKey { get; init; }

    /// <summary>Who voted at birth, by id.</summary>
    public required IReadOnlyList<NodeId> Keepers { get; init; }

    /// <summary>The key of the leader that wrote it.</summary>
    public required byte[] WriterKey { get; init; }

    private static ReadOnlySpan<byte> Context => "crux birth v1\0"u8;

    /// <summary>Writes the record as this node, which leads.</summary>
    public static BirthRecord Sign(UInt128 uuid, OperatorOrder order, ReadOnlySpan<byte> operatorKey, IReadOnlyList<NodeId> keepers, INodeSigner signer)
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.UInt128(uuid);
        writer.UInt16((ushort)order.Raw.Length);
        writer.Bytes(order.Raw.Span);
        writer.Byte((byte)operatorKey.Length);
        writer.Bytes(operatorKey);
        writer.Byte((byte)keepers.Count);
        foreach (var keeper in keepers)
            writer.Id(keeper);
        writer.Byte((byte)signer.PublicKey.Length);
        writer.Bytes(signer.PublicKey.Span);
        Span<byte> signature = stackalloc byte[INodeSigner.SignatureBytes];
        signer.Sign(Signed.Message(Context, writer.Written, stackalloc byte[MaxBytes + 32]), signature);
        writer.Bytes(signature);
        return TryRead(writer.Written, out var record) ? record : throw new InvalidOperationException("A birth record was written that can't be read.");
    }

    /// <summary>Reads a record without believing it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out BirthRecord? record)
    {
        record = null;
        if (raw.Length is > MaxBytes or <= INodeSigner.SignatureBytes)
            return false;
        var reader = new WireReader(raw[..^INodeSigner.SignatureBytes]);
        var form = reader.Byte();
        var uuid = reader.UInt128();
        var order = reader.Take(reader.UInt16());
        var operatorKey = reader.Take(reader.Byte());
        var keepers = new NodeId[Math.Min(reader.Byte(), (byte)(MaxKeepers + 1))];
        for (var i = 0; i < keepers.Length; i++)
            keepers[i] = reader.Id();
        var writerKey = reader.Take(reader.Byte());
        if (reader.Failed || !reader.AtEnd || form != Form || uuid == 0 || keepers.Length > MaxKeepers || operatorKey.Length > MaxKeyBytes || writerKey.Length > MaxKeyBytes
            || !OperatorOrder.TryRead(order, out var read) || read.Kind != OrderKind.Seal)
            return false;
        record = new BirthRecord(raw.ToArray())
        {
            Uuid = uuid,
            Order = read,
            OperatorKey = operatorKey.ToArray(),
            Keepers = keepers,
            WriterKey = writerKey.ToArray(),
        };
        return true;
    }

    /// <summary>Whether both signatures hold and the record is of this bloc, name and operator.</summary>
    public bool IsOf(string bloc, string flock, ReadOnlySpan<byte> operatorKey, INodeSigner signer) =>
        Order.Bloc == bloc && Order.Flock == flock && Order.Lineage == 0
        && OperatorKey.AsSpan().SequenceEqual(operatorKey)
        && Order.IsSignedBy(operatorKey, signer)
        && signer.Verify(WriterKey, Signed.Message(Context, Raw.AsSpan(..^INodeSigner.SignatureBytes), stackalloc byte[MaxBytes + 32]), Raw.AsSpan(^INodeSigner.SignatureBytes..));
}

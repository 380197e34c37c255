using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Authority;

/// <summary>What a node's disk holds of its flock's birth.</summary>
/// <param name="Record">The birth record; null where there is none, or it was given up.</param>
/// <param name="Absorb">The order to be absorbed that it was given up for; null where there was none.</param>
internal sealed record BirthNote(BirthRecord? Record, OperatorOrder? Absorb)
{
    private const int MaxBytes = 4 + BirthRecord.MaxBytes + OperatorOrder.MaxBytes;

    public byte[] ToBytes()
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var writer = new WireWriter(buffer);
        writer.UInt16((ushort)(Record?.Raw.Length ?? 0));
        writer.Bytes(Record?.Raw);
        writer.UInt16((ushort)(Absorb?.Raw.Length ?? 0));
        writer.Bytes(Absorb is null ? [] : Absorb.Raw.Span);
        return writer.Written.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; false where it is anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BirthNote note)
    {
        var reader = new WireReader(bytes);
        var record = reader.Take(reader.UInt16());
        var absorb = reader.Take(reader.UInt16());
        (BirthRecord? born, OperatorOrder? order) = (null, null);
        var isRight = !reader.Failed && reader.AtEnd
            && (record.IsEmpty || BirthRecord.TryRead(record, out born))
            && (absorb.IsEmpty || (OperatorOrder.TryRead(absorb, out order) && order.Kind == OrderKind.Absorb));
        note = new BirthNote(born, order);
        return isRight;
    }
}

using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// What of the keys outlives the process: the notice, the generations (without their time: a machine that was off has none), and whom
/// the operator let in or shut out.
/// </summary>
internal static class KeyMemory
{
    private const byte Form = 1;
    private const byte MayJoin = 1;
    private const byte IsFirm = 2;
    private const int VerdictBytes = NodeId.SizeBytes + 8 + 1;
    private const int HeadBytes = 32 + KeyNotice.MaxBytes + (Keyring.MaxHeld * (GenerationId.SizeBytes + Generation.SecretBytes));

    public static byte[] Write(KeyNotice? notice, Keyring ring, AdmissionBook admission)
    {
        var buffer = new byte[HeadBytes + (admission.Verdicts.Count * VerdictBytes)];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.Byte(notice is null ? (byte)0 : (byte)1);
        notice?.Write(ref writer);
        writer.Byte((byte)ring.Count);
        for (var i = 0; i < ring.Count; i++)
        {
            ring[i].Id.Write(ref writer);
            writer.Bytes(ring[i].Secret);
        }
        writer.Byte(admission.NeedsApproval ? (byte)1 : (byte)0);
        writer.UInt64(admission.ModeSequence);
        writer.UInt16((ushort)admission.Verdicts.Count);
        foreach (var (id, verdict) in admission.Verdicts)
        {
            writer.Id(id);
            writer.UInt64(verdict.Sequence);
            writer.Byte((byte)((verdict.MayJoin ? MayJoin : 0) | (verdict.IsFirm ? IsFirm : 0)));
        }
        return writer.Written.ToArray();
    }

    /// <summary>Takes back what was written.</summary>
    /// <exception cref="FlockMemoryException">It can't be read; the message says what to do.</exception>
    public static KeyNotice? Read(Instant now, ReadOnlySpan<byte> content, Keyring ring, AdmissionBook admission)
    {
        var reader = new WireReader(content);
        var isOurs = reader.Byte() == Form;
        var notice = reader.Byte() == 1 ? KeyNotice.Read(ref reader) : null;
        for (var left = Math.Min((int)reader.Byte(), Keyring.MaxHeld); left > 0 && !reader.Failed; left--)
        {
            if (Generation.TryTake(GenerationId.Read(ref reader), reader.Take(Generation.SecretBytes)) is { } generation)
                ring.Add(now, generation);
            else
                reader.Fail();
        }
        admission.SetMode(reader.Byte() == 1, reader.UInt64(), []);
        for (int left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            var (id, sequence, said) = (reader.Id(), reader.UInt64(), reader.Byte());
            admission.Say(id, sequence, (said & MayJoin) != 0, (said & IsFirm) != 0);
        }
        if (reader.Failed || !reader.AtEnd || !isOurs)
        {
            throw new FlockMemoryException(DurableKind.Keys,
                "The flock's keys on disk can't be read: another version of fulcrum wrote them, or nobody of ours. Start that version, or move the file away: the node then asks the flock for its keys again.");
        }
        return notice;
    }
}

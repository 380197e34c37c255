using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>The alarms that together end a member's life in the view: whoever checks them needs nobody's word for it.</summary>
/// <param name="Subject">Whose life.</param>
/// <param name="CutAt">When it is to go everywhere, on this node's clock.</param>
/// <param name="Alarms">Of observers, signed.</param>
/// <param name="IsLast">Nobody else is silent, as an observer found who asked everybody: it goes at that time, and waits for no others.</param>
internal sealed record Verdict(MemberRecord Subject, Instant CutAt, IReadOnlyList<Alarm> Alarms, bool IsLast)
{
    private const byte LastFlag = 0x80;

    /// <summary>Alarms in one verdict: as many as are needed at most in a large flock, and some to spare.</summary>
    public const int MaxAlarms = Ring.Count;

    public int SizeBytes => WireFormat.MaxAddressBytes + 5 + 8 + 2 + 1 + (Alarms.Count * (WireFormat.MaxAddressBytes + INodeSigner.SignatureBytes));

    public static Verdict? Read(ref WireReader reader, ViewTable view)
    {
        var (address, incarnation, salt, wait, count) = (reader.Address(), reader.UInt32(), reader.UInt64(), reader.UInt16(), reader.Byte());
        var isLast = (count & LastFlag) != 0;
        count &= LastFlag - 1;
        if (count is 0 or > MaxAlarms)
            reader.Fail();
        // Only of a life that the view holds: what is over, or not known, needs no proof.
        var isCurrent = view.TryGet(address, out var record) && record.IsLive && record.Incarnation == incarnation && record.Salt == salt;
        var alarms = new List<Alarm>(isCurrent && !reader.Failed ? count : 0);
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var observer = reader.Address();
            var signature = reader.Take(INodeSigner.SignatureBytes);
            if (isCurrent && !reader.Failed)
                alarms.Add(Alarm.On(record, observer, signature));
        }
        return isCurrent && !reader.Failed ? new Verdict(record, view.Now + TimeSpan.FromMilliseconds(wait), alarms, isLast) : null;
    }

    /// <summary>A span as it travels: milliseconds, a minute at most.</summary>
    public static ushort Milliseconds(TimeSpan span) => (ushort)Math.Clamp(span.TotalMilliseconds, 0, 60_000);

    public void Write(ref WireWriter writer, Instant now)
    {
        writer.Address(Subject.Address);
        writer.UInt32(Subject.Incarnation);
        writer.UInt64(Subject.Salt);
        writer.UInt16(Milliseconds(CutAt - now));
        writer.Byte((byte)(Alarms.Count | (IsLast ? LastFlag : 0)));
        foreach (var alarm in Alarms)
        {
            writer.Address(alarm.Observer);
            writer.Bytes(alarm.Signature.Span);
        }
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Trust;

/// <summary>
/// The payload of an order about rules: which set holds from now on, by its hash, and what was changed to come to it. Where the changes
/// don't fit into an order they are left out, and members fetch the set.
/// </summary>
/// <remarks>Form (1), first 8 bytes of the hash of the set before, hash of the set (32), its size (4), its revision (4), changes (1), each: kind (1) and a rule, or a party and a mode, or a ban.</remarks>
public sealed class RuleOrder
{
    /// <summary>The most changes that travel in an order.</summary>
    public const int MaxChanges = 16;

    private const byte Form = 1;
    private const int HashBytes = 32;

    private readonly byte[] _hash;

    private RuleOrder(byte[] hash) => _hash = hash;

    /// <summary>The set that was changed: the first 8 bytes of its hash.</summary>
    public required ulong Before { get; init; }

    /// <summary>SHA-256 of the set that holds from now on.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>That set's size.</summary>
    public required uint SizeBytes { get; init; }

    /// <summary>That set's revision.</summary>
    public required uint Revision { get; init; }

    /// <summary>What was changed; empty where it was too much for an order.</summary>
    public required IReadOnlyList<RuleChange> Changes { get; init; }

    /// <summary>What stands for a set where two are compared.</summary>
    public static ulong BriefOf(RuleSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return BinaryPrimitives.ReadUInt64BigEndian(set.Hash);
    }

    /// <summary>Writes the payload of an order.</summary>
    public static byte[] Write(RuleSet before, RuleSet after, IReadOnlyList<RuleChange> changes)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(changes);
        const int FixedBytes = 1 + sizeof(ulong) + HashBytes + (2 * sizeof(uint)) + 1;
        var size = FixedBytes;
        foreach (var change in changes)
            size += 2 + (change.Rule is { } rule ? RuleSetCodec.SizeOf(rule) : change.Ban is { } ban ? KeyBans.SizeOf(ban) : 2 * (1 + NameRules.MaxLength));
        var buffer = new byte[size];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.UInt64(BriefOf(before));
        writer.Bytes(after.Hash);
        writer.UInt32((uint)after.Bytes.Length);
        writer.UInt32(after.Revision);
        var count = writer.Length;
        writer.Byte(0);
        if (changes.Count > MaxChanges)
            return writer.Written.ToArray();
        foreach (var change in changes)
            Write(ref writer, change);
        if (writer.Length > OperatorOrder.MaxPayloadBytes)
            return buffer[..FixedBytes];
        buffer[count] = (byte)changes.Count;
        return writer.Written.ToArray();
    }

    /// <summary>Reads the payload; false where it is anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out RuleOrder? order)
    {
        order = null;
        var reader = new WireReader(payload);
        var form = reader.Byte();
        var before = reader.UInt64();
        var hash = reader.Take(HashBytes);
        var (size, revision) = (reader.UInt32(), reader.UInt32());
        var changes = new List<RuleChange>();
        for (var left = reader.Byte(); left > 0 && !reader.Failed; left--)
        {
            if (ReadChange(ref reader) is { } change)
                changes.Add(change);
        }
        if (reader.Failed || !reader.AtEnd || form != Form || size > RuleSetCodec.MaxBytes || changes.Count > MaxChanges)
            return false;
        order = new RuleOrder(hash.ToArray()) { Before = before, SizeBytes = size, Revision = revision, Changes = changes };
        return true;
    }

    /// <summary>For people: what was changed, or how much.</summary>
    public override string ToString() => Changes.Count == 0 ? $"many changes, {SizeBytes} bytes of rules" : string.Join("; ", Changes);

    private static void Write(ref WireWriter writer, RuleChange change)
    {
        writer.Byte((byte)change.Kind);
        if (change.Rule is { } rule)
        {
            RuleSetCodec.Write(ref writer, rule);
            return;
        }
        if (change.Ban is { } ban)
        {
            KeyBans.Write(ref writer, ban);
            return;
        }
        RuleSetCodec.Write(ref writer, change.Target);
        writer.Byte((byte)change.Mode);
    }

    private static RuleChange? ReadChange(ref WireReader reader)
    {
        var kind = (RuleChangeKind)reader.Byte();
        switch (kind)
        {
            case RuleChangeKind.Add or RuleChangeKind.Drop:
                return RuleSetCodec.ReadRule(ref reader) is { } rule ? new(kind, rule, default, TrustMode.None) : null;
            case RuleChangeKind.SetMode:
                var target = RuleSetCodec.ReadParty(ref reader);
                var mode = (TrustMode)reader.Byte();
                if (mode > TrustMode.Strict)
                    reader.Fail();
                return RuleChange.SetMode(target, mode);
            case RuleChangeKind.BanKeys:
                return RuleChange.BanKeys(KeyBans.ReadOne(ref reader));
            case RuleChangeKind.LiftBan:
                return RuleChange.LiftBan(KeyBans.ReadOne(ref reader));
            default:
                reader.Fail();
                return null;
        }
    }
}

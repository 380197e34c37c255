using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Trust;

/// <summary>A rule set in bytes. One set has one form only: bytes that another set of the same rules would not have are refused.</summary>
/// <remarks>
/// Form (1), revision (4), modes (2), each: group, name (1 + n), mode (1); rules (2), each: effect (1), group and name of the caller, group and name of the
/// called (1 + n each), methods (1), each 1 + n. Big-endian. Form (2) has the keys that were taken back behind that, and is used where there are any.
/// </remarks>
public static class RuleSetCodec
{
    /// <summary>The longest set: it is held in memory, kept in one file, and passed on in parts.</summary>
    public const int MaxBytes = 8 << 20;

    private const byte Form = 1;
    private const byte FormWithBans = 2;
    private const int PartyBytes = 2 * (1 + NameRules.MaxLength);

    internal static byte[] Write(RuleSet set, ReadOnlySpan<byte> rules)
    {
        var bans = KeyBans.Write(set.Bans);
        var writer = new WireWriter(new byte[1 + sizeof(uint) + (2 * sizeof(ushort)) + (set.Modes.Length * (PartyBytes + 1)) + rules.Length + bans.Length]);
        writer.Byte(bans.Length == 0 ? Form : FormWithBans);
        writer.UInt32(set.Revision);
        writer.UInt16((ushort)set.Modes.Length);
        foreach (var (target, mode) in set.Modes)
        {
            Write(ref writer, target);
            writer.Byte((byte)mode);
        }
        writer.UInt16((ushort)set.Rules.Length);
        writer.Bytes(rules);
        writer.Bytes(bans);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a set; false where the bytes are anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RuleSet? set)
    {
        set = null;
        if (bytes.Length > MaxBytes)
            return false;
        var reader = new WireReader(bytes);
        var form = reader.Byte();
        var revision = reader.UInt32();
        var modes = ImmutableArray.CreateBuilder<KeyValuePair<TrustParty, TrustMode>>();
        for (var left = reader.UInt16(); left > 0 && !reader.Failed; left--)
            modes.Add(new(ReadParty(ref reader), (TrustMode)reader.Byte()));
        var rules = ImmutableArray.CreateBuilder<TrustRule>();
        for (var left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            if (ReadRule(ref reader) is { } rule)
                rules.Add(rule);
        }
        var bans = form == FormWithBans ? KeyBans.Read(ref reader) : [];
        if (reader.Failed || !reader.AtEnd || form is not (Form or FormWithBans) || modes.Count > RuleSet.MaxModes || rules.Count > RuleSet.MaxRules || !IsSorted(modes) || !IsSorted(rules))
            return false;
        set = new RuleSet(revision, modes.ToImmutable(), rules.ToImmutable(), bans);
        return set.Bytes.Span.SequenceEqual(bytes);
    }

    internal static int SizeOf(TrustRule rule)
    {
        var size = 2 + (2 * PartyBytes);
        foreach (var method in rule.Methods)
            size += 1 + method.Length;
        return size;
    }

    internal static void Write(ref WireWriter writer, TrustRule rule)
    {
        writer.Byte((byte)rule.Effect);
        Write(ref writer, rule.From);
        Write(ref writer, rule.To);
        writer.Byte((byte)rule.Methods.Length);
        foreach (var method in rule.Methods)
            writer.Text(method);
    }

    internal static void Write(ref WireWriter writer, TrustParty party)
    {
        writer.Text(party.Group);
        writer.Text(party.Name);
    }

    internal static TrustParty ReadParty(ref WireReader reader)
    {
        var party = new TrustParty(reader.Text(NameRules.MaxLength), reader.Text(NameRules.MaxLength));
        if (!party.IsRight)
            reader.Fail();
        return party;
    }

    internal static TrustRule? ReadRule(ref WireReader reader)
    {
        var effect = (TrustEffect)reader.Byte();
        var (from, to) = (ReadParty(ref reader), ReadParty(ref reader));
        var methods = new string[Math.Min(reader.Byte(), (byte)(TrustRule.MaxMethods + 1))];
        for (var i = 0; i < methods.Length; i++)
        {
            methods[i] = reader.Text(TrustRule.MaxMethodLength);
            if (reader.Failed || !TrustRule.IsMethod(methods[i]))
                reader.Fail();
        }
        if (effect is not (TrustEffect.Allow or TrustEffect.Deny) || methods.Length > TrustRule.MaxMethods)
            reader.Fail();
        return reader.Failed ? null : new TrustRule(effect, from, to, methods);
    }

    private static bool IsSorted(ImmutableArray<TrustRule>.Builder rules)
    {
        for (var i = 1; i < rules.Count; i++)
        {
            if (rules[i - 1].CompareTo(rules[i]) >= 0)
                return false;
        }
        return true;
    }

    private static bool IsSorted(ImmutableArray<KeyValuePair<TrustParty, TrustMode>>.Builder modes)
    {
        for (var i = 0; i < modes.Count; i++)
        {
            if (modes[i].Value is < TrustMode.Learn or > TrustMode.Strict || (i > 0 && modes[i - 1].Key.CompareTo(modes[i].Key) >= 0))
                return false;
        }
        return true;
    }
}

using System.Collections.Immutable;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Trust;

/// <summary>The bans of a rule set: how one comes and goes, and how they lie in bytes.</summary>
/// <remarks>Count (2), each: node (16), service and endpoint (1 + n each), revision (4), whether for good (1).</remarks>
internal static class KeyBans
{
    private const int MostBytesEach = NodeId.SizeBytes + (2 * (1 + NameRules.MaxLength)) + sizeof(uint) + 1;

    /// <summary>The bans after a change, and what is wrong with the change.</summary>
    public static ImmutableArray<KeyBan> Make(RuleChange change, uint revision, ImmutableArray<KeyBan> bans, ref string? problem)
    {
        if (change.Ban is not { } ban || !IsRight(ban))
        {
            problem ??= $"Whose keys are taken back is not clear: name a node, and a service or client ({NameRules.InWords}).";
            return bans;
        }
        var place = bans.BinarySearch(ban);
        if (change.Kind == RuleChangeKind.LiftBan)
        {
            if (place < 0)
                problem ??= $"Nobody has taken back {ban}. See 'crux trust rules'.";
            return place < 0 ? bans : bans.RemoveAt(place);
        }
        ban = ban with { Since = revision };
        if (place >= 0)
            return bans.SetItem(place, ban);
        if (bans.Length >= RuleSet.MaxBans)
            problem ??= $"At most {RuleSet.MaxBans} keys can be taken back one by one: lift bans that are over with 'crux trust restore', or revoke the node.";
        return bans.Insert(~place, ban);
    }

    public static byte[] Write(ImmutableArray<KeyBan> bans)
    {
        if (bans.IsEmpty)
            return [];
        var writer = new WireWriter(new byte[sizeof(ushort) + (bans.Length * MostBytesEach)]);
        writer.UInt16((ushort)bans.Length);
        foreach (var ban in bans)
            Write(ref writer, ban);
        return writer.Written.ToArray();
    }

    public static void Write(ref WireWriter writer, KeyBan ban)
    {
        writer.Id(ban.Node);
        writer.Text(ban.Service);
        writer.Text(ban.To);
        writer.UInt32(ban.Since);
        writer.Byte(ban.IsForGood ? (byte)1 : (byte)0);
    }

    /// <summary>Reads as many as there are; the reader fails where they are not right, sorted and at least one.</summary>
    public static ImmutableArray<KeyBan> Read(ref WireReader reader)
    {
        var bans = ImmutableArray.CreateBuilder<KeyBan>();
        for (var left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            var ban = ReadOne(ref reader);
            if (bans.Count >= RuleSet.MaxBans || (bans.Count > 0 && bans[^1].CompareTo(ban) >= 0))
                reader.Fail();
            bans.Add(ban);
        }
        if (bans.Count == 0)
            reader.Fail();
        return bans.ToImmutable();
    }

    public static KeyBan ReadOne(ref WireReader reader)
    {
        var ban = new KeyBan(reader.Id(), reader.Text(NameRules.MaxLength), reader.Text(NameRules.MaxLength), reader.UInt32(), ReadFlag(ref reader));
        if (!IsRight(ban))
            reader.Fail();
        return ban;
    }

    public static int SizeOf(KeyBan ban) => MostBytesEach - (2 * NameRules.MaxLength) + ban.Service.Length + ban.To.Length;

    private static bool ReadFlag(ref WireReader reader)
    {
        var flag = reader.Byte();
        if (flag > 1)
            reader.Fail();
        return flag == 1;
    }

    private static bool IsRight(KeyBan ban) => NameRules.Holds(ban.Service) && (ban.To.Length == 0 || NameRules.Holds(ban.To));
}

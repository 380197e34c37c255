using System.Collections.Immutable;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>A voter's, a candidate's or a leader's signed word. Lineage and term are in each: what belongs to another lineage is refused.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Flags">How it is meant.</param>
/// <param name="Lineage">The lineage it speaks of.</param>
/// <param name="Term">The term it speaks of; in a refusal, the sender's own.</param>
/// <param name="Sequence">The leader's round or the candidate's canvass; an answer repeats it.</param>
/// <param name="Subject">Whom it is for: the leader supported, the candidate voted for, the heir of an abdication. A plain lease, and support, do without.</param>
/// <param name="VoteTerm">The highest term in which the sender ever voted.</param>
/// <param name="Set">The voters, or only their stamp.</param>
internal sealed record ElectionMessage(
    ElectionMessageKind Kind, ElectionFlags Flags, UInt128 Lineage, ulong Term, ulong Sequence, NodeId Subject, ulong VoteTerm, VoterSet Set)
{
    /// <summary>Without the signature.</summary>
    public const int MaxStatementBytes =
        1 + 16 + 8 + 8 + NodeId.SizeBytes + 8 + SetStamp.SizeBytes + 1 + (ElectionRules.MaxVoters * (NodeId.SizeBytes + WireFormat.MaxAddressBytes));

    private static ReadOnlySpan<byte> Context => "crux election v1\0"u8;

    // A leader asks for itself, and lineage, term and round tell whom support is for.
    private bool NamesSubject => Names(Kind, Flags);

    public bool Has(ElectionFlags flag) => (Flags & flag) != 0;

    /// <summary>The whole message but its kind, signed.</summary>
    public void WriteSigned(ref WireWriter writer, INodeSigner signer)
    {
        Span<byte> buffer = stackalloc byte[MaxStatementBytes];
        var statement = Statement(buffer);
        writer.Bytes(statement);
        signer.Sign(ToSign(statement, stackalloc byte[MaxStatementBytes + 64]), writer.Next(INodeSigner.SignatureBytes));
    }

    /// <summary>Reads a message and leaves its signature in <paramref name="signature"/>; null where it makes no sense.</summary>
    public static ElectionMessage? Read(ElectionMessageKind kind, ref WireReader reader, out ReadOnlySpan<byte> signature)
    {
        var flags = (ElectionFlags)reader.Byte();
        var lineage = new UInt128(reader.UInt64(), reader.UInt64());
        var (term, sequence, subject, voteTerm) = (reader.UInt64(), reader.UInt64(), Names(kind, flags) ? reader.Id() : default, reader.UInt64());
        var stamp = SetStamp.Read(ref reader);
        var voters = ReadVoters(ref reader);
        signature = reader.Take(INodeSigner.SignatureBytes);
        if (reader.Failed || !reader.AtEnd || (flags & ~ElectionFlags.All) != 0 || lineage == 0)
            return null;
        return new ElectionMessage(kind, flags, lineage, term, sequence, subject, voteTerm, new VoterSet(stamp, voters));
    }

    /// <summary>What is signed.</summary>
    public ReadOnlySpan<byte> ToSign(Span<byte> buffer) => ToSign(Statement(stackalloc byte[MaxStatementBytes]), buffer);

    public static void WriteVoters(ref WireWriter writer, ImmutableArray<Voter> voters)
    {
        writer.Byte((byte)voters.Length);
        foreach (var voter in voters)
        {
            writer.Id(voter.Id);
            writer.Address(voter.Address);
        }
    }

    public static ImmutableArray<Voter> ReadVoters(ref WireReader reader)
    {
        var count = reader.Byte();
        if (count > ElectionRules.MaxVoters)
            reader.Fail();
        var voters = ImmutableArray.CreateBuilder<Voter>();
        for (var i = 0; i < count && !reader.Failed; i++)
        {
            var voter = new Voter(reader.Id(), reader.Address());
            foreach (var other in voters)
            {
                if (other.Id == voter.Id)
                    reader.Fail();
            }
            voters.Add(voter);
        }
        return voters.DrainToImmutable();
    }

    private static bool Names(ElectionMessageKind kind, ElectionFlags flags) =>
        kind is ElectionMessageKind.Canvass or ElectionMessageKind.Vote || (flags & ElectionFlags.Abdicates) != 0;

    private Span<byte> Statement(Span<byte> target)
    {
        var writer = new WireWriter(target);
        writer.Byte((byte)Flags);
        writer.UInt64((ulong)(Lineage >> 64));
        writer.UInt64((ulong)Lineage);
        writer.UInt64(Term);
        writer.UInt64(Sequence);
        if (NamesSubject)
            writer.Id(Subject);
        writer.UInt64(VoteTerm);
        Set.Stamp.Write(ref writer);
        WriteVoters(ref writer, Set.Voters);
        return target[..writer.Length];
    }

    // The kind is signed too, though it stands before the rest on the wire.
    private ReadOnlySpan<byte> ToSign(scoped ReadOnlySpan<byte> statement, Span<byte> buffer)
    {
        Context.CopyTo(buffer);
        buffer[Context.Length] = (byte)Kind;
        statement.CopyTo(buffer[(Context.Length + 1)..]);
        return buffer[..(Context.Length + 1 + statement.Length)];
    }
}

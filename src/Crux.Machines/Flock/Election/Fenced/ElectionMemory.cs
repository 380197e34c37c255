using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>What a node must never forget of elections; on disk before anything is said that follows from it.</summary>
internal sealed record ElectionMemory
{
    public const int MaxBytes = 2 + 16 + 8 + 8 + (2 * NodeId.SizeBytes) + SetStamp.SizeBytes + 1 + (ElectionRules.MaxVoters * (NodeId.SizeBytes + WireFormat.MaxAddressBytes));

    private const byte Form = 2;

    /// <summary>The lineage it belongs to; 0 while it knows of none.</summary>
    public UInt128 Lineage { get; init; }

    /// <summary>Whether that lineage is known to have had a leader. One that was only proposed may be left for another proposal.</summary>
    public bool IsBorn { get; init; }

    /// <summary>The highest term of that lineage that it took part in.</summary>
    public ulong Term { get; init; }

    /// <summary>The highest term in which it voted, in whatever lineage: it never votes twice in a term, wherever it has been.</summary>
    public ulong VoteTerm { get; init; }

    /// <summary>Whom it voted for then.</summary>
    public NodeId VoteFor { get; init; }

    /// <summary>
    /// Whom it last promised its support, by a vote or otherwise. Until when is not kept: started anew it waits as long as a promise can last, but
    /// it may go on supporting this one.
    /// </summary>
    public NodeId Supports { get; init; }

    /// <summary>The voters of its lineage; none where it is not one of them.</summary>
    public VoterSet Set { get; init; } = VoterSet.None;

    public byte[] ToBytes()
    {
        Span<byte> buffer = stackalloc byte[MaxBytes];
        var writer = new WireWriter(buffer);
        writer.Byte(Form);
        writer.Byte(IsBorn ? (byte)1 : (byte)0);
        writer.UInt64((ulong)(Lineage >> 64));
        writer.UInt64((ulong)Lineage);
        writer.UInt64(Term);
        writer.UInt64(VoteTerm);
        writer.Id(VoteFor);
        writer.Id(Supports);
        Set.Stamp.Write(ref writer);
        ElectionMessage.WriteVoters(ref writer, Set.Voters);
        return writer.Written.ToArray();
    }

    /// <summary>What was on disk; a fresh memory where nothing was.</summary>
    /// <exception cref="FlockMemoryException">It is not what this version writes.</exception>
    public static ElectionMemory Of(FlockMemory memory) =>
        memory.Of(DurableKind.Vote) is not { } content ? new ElectionMemory()
        : TryRead(content.Span, out var read) ? read
        : throw new FlockMemoryException(DurableKind.Vote, "This node's vote can't be read: it was written by another version of Crux.");

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ElectionMemory? memory)
    {
        var reader = new WireReader(bytes);
        var (form, born) = (reader.Byte(), reader.Byte());
        memory = new ElectionMemory
        {
            IsBorn = born == 1,
            Lineage = new UInt128(reader.UInt64(), reader.UInt64()),
            Term = reader.UInt64(),
            VoteTerm = reader.UInt64(),
            VoteFor = reader.Id(),
            Supports = reader.Id(),
            Set = new VoterSet(SetStamp.Read(ref reader), ElectionMessage.ReadVoters(ref reader)),
        };
        return !reader.Failed && reader.AtEnd && form == Form && born <= 1;
    }
}

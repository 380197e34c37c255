using System.Collections.Immutable;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election.Fenced;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Election;

/// <summary>A node's signed word that it leads.</summary>
/// <param name="Leader">Who.</param>
/// <param name="Address">Where.</param>
/// <param name="Salt">In which boot. A claim of a boot that is gone from the view is void.</param>
/// <param name="Term">Higher than every term the claimant had seen.</param>
/// <param name="Weight">Members of its view when that was last settled and uncontested; 0 resigns.</param>
/// <param name="Revision">Which version of this claim.</param>
internal sealed record LeaderClaim(NodeId Leader, NetAddress Address, ulong Salt, ulong Term, uint Weight, uint Revision)
{
    public const int MaxBytes = NodeId.SizeBytes + WireFormat.MaxAddressBytes + 8 + 8 + 4 + 4 + 16 + 1 + (ElectionRules.MaxVoters * (NodeId.SizeBytes + WireFormat.MaxAddressBytes)) + INodeSigner.SignatureBytes;

    private byte[] _signature = new byte[INodeSigner.SignatureBytes];

    private static ReadOnlySpan<byte> Context => "crux leader claim v1\0"u8;

    /// <summary>The lineage in which its maker was elected; 0 where nobody elected it, and it is provisional.</summary>
    public UInt128 Lineage { get; init; }

    /// <summary>Who voted, of a fenced one: when its maker and they are gone, somebody has to know who is missing.</summary>
    public ImmutableArray<Voter> Voters { get; init; } = [];

    public bool IsFenced => Lineage != 0;

    public bool Resigns => Weight == 0;

    /// <summary>Differs for every claim and every revision of it; never 0.</summary>
    public ulong Digest => Mix.Three(Mix.Two(Mix.Of(Leader), Salt) ^ (ulong)(Lineage >> 64), Term, Revision) | 1;

    /// <summary>The order among nodes that could lead: the least leads. Spread evenly, so no node is favoured by its address.</summary>
    public static ulong PriorityOf(NodeId id) => Mix.Two(0x6372_7578_6C65_6164, Mix.Of(id));

    public void Write(ref WireWriter writer)
    {
        WriteStatement(ref writer);
        writer.Bytes(_signature);
    }

    public static LeaderClaim Read(ref WireReader reader)
    {
        var claim = new LeaderClaim(reader.Id(), reader.Address(), reader.UInt64(), reader.UInt64(), reader.UInt32(), reader.UInt32()) { Lineage = reader.UInt128() };
        if (claim.IsFenced)
            claim = claim with { Voters = ElectionMessage.ReadVoters(ref reader) };
        reader.Take(INodeSigner.SignatureBytes).CopyTo(claim._signature);
        return claim;
    }

    public LeaderClaim Signed(INodeSigner signer)
    {
        // A copy made by 'with' shares the array: a new signature needs one of its own.
        _signature = new byte[INodeSigner.SignatureBytes];
        signer.Sign(Message(stackalloc byte[MaxBytes + 32]), _signature);
        return this;
    }

    public bool? IsSignedRight(FlockState state, NodeBlob blob) => state.Verify(blob, Message(stackalloc byte[MaxBytes + 32]), _signature);

    /// <summary>
    /// Whether this claim goes before <paramref name="other"/>, of another leader: one that was elected before one that was not. Of two
    /// lineages the greater; within one the later term. Of two provisional ones, the later term if its weight is at least two
    /// thirds of the other's, else more members, then priority.
    /// </summary>
    /// <remarks>
    /// So many that follow a later claim can't be following the earlier one: its weight is of the past, as that of a leader which
    /// was gone for a moment and has a successor.
    /// </remarks>
    public bool Beats(LeaderClaim other)
    {
        if (IsFenced != other.IsFenced)
            return IsFenced;
        if (Lineage != other.Lineage)
            return Lineage > other.Lineage;
        if (IsFenced && Term != other.Term)
            return Term > other.Term;
        if (Term != other.Term)
            return Term > other.Term ? Supersedes(other) : !other.Supersedes(this);
        if (Weight != other.Weight)
            return Weight > other.Weight;
        // Two boots of one id, a clone or a ghost, have one priority: without the salt each would outbid the other for ever.
        return Leader != other.Leader ? PriorityOf(Leader) < PriorityOf(other.Leader) : Salt < other.Salt;
    }

    public bool IsOf(MemberRecord record) => record.Status == RecordStatus.Alive && record.Salt == Salt;

    private bool Supersedes(LeaderClaim earlier) => 3UL * Weight >= 2UL * earlier.Weight;

    private ReadOnlySpan<byte> Message(Span<byte> buffer)
    {
        Span<byte> statement = stackalloc byte[MaxBytes];
        var writer = new WireWriter(statement);
        WriteStatement(ref writer);
        return Codec.Signed.Message(Context, writer.Written, buffer);
    }

    private void WriteStatement(ref WireWriter writer)
    {
        writer.Id(Leader);
        writer.Address(Address);
        writer.UInt64(Salt);
        writer.UInt64(Term);
        writer.UInt32(Weight);
        writer.UInt32(Revision);
        writer.UInt128(Lineage);
        if (IsFenced)
            ElectionMessage.WriteVoters(ref writer, Voters);
    }
}

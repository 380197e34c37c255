using System.Collections.Immutable;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election.Fenced;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// What an order to refound says: the lineage whose voters are lost, who votes in their place, and a term above all that they can have
/// reached. With the voters named, all who take the order mean the same ones, whoever takes it when.
/// </summary>
public sealed class RefoundTerms
{
    private RefoundTerms(UInt128 lineage, ulong firstTerm, ImmutableArray<Voter> voters) => (Lineage, FirstTerm, Voters) = (lineage, firstTerm, voters);

    /// <summary>The lineage that goes on under other voters.</summary>
    public UInt128 Lineage { get; }

    /// <summary>Leaders that the former voters elect stay below it, and are refused.</summary>
    public ulong FirstTerm { get; }

    /// <summary>Who votes from then on, by id.</summary>
    public IReadOnlyList<NodeId> VoterIds => [.. Voters.Select(voter => voter.Id)];

    internal ImmutableArray<Voter> Voters { get; }

    /// <summary>Terms that name these voters and where they are.</summary>
    public static RefoundTerms Of(UInt128 lineage, ulong firstTerm, IEnumerable<(NodeId Id, NetAddress Address)> voters) =>
        new(lineage, firstTerm, [.. voters.Select(voter => new Voter(voter.Id, voter.Address))]);

    /// <summary>The payload of the order.</summary>
    public byte[] ToPayload()
    {
        Span<byte> buffer = stackalloc byte[OperatorOrder.MaxPayloadBytes];
        var writer = new WireWriter(buffer);
        writer.UInt128(Lineage);
        writer.UInt64(FirstTerm);
        ElectionMessage.WriteVoters(ref writer, Voters);
        return writer.Written.ToArray();
    }

    /// <summary>Reads the payload; null where it makes no sense.</summary>
    public static RefoundTerms? TryRead(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        var terms = new RefoundTerms(reader.UInt128(), reader.UInt64(), ElectionMessage.ReadVoters(ref reader));
        return reader.Failed || !reader.AtEnd || terms.Lineage == 0 || terms.Voters.IsEmpty || terms.FirstTerm is 0 or > ulong.MaxValue / 2 ? null : terms;
    }
}

using System.Collections.Immutable;

namespace Crux.Machines.Flock.Election;

/// <summary>How the fenced election stands at one node.</summary>
/// <param name="Lineage">The lineage that it belongs to; 0 while it knows of none.</param>
/// <param name="IsBorn">Whether that lineage has had a leader.</param>
/// <param name="Term">The highest term of it that the node took part in.</param>
/// <param name="LeaseTerm">The term of this node's own lease, running or over; 0 where it never led.</param>
/// <param name="LeaseUntil">When that lease ends or ended, on this node's clock.</param>
/// <param name="Voters">Who votes, as far as this node has heard; nobody where it was started after the last leader was lost, and is no voter.</param>
public sealed record ElectionReport(UInt128 Lineage, bool IsBorn, ulong Term, ulong LeaseTerm, Instant LeaseUntil, ImmutableArray<VoterReport> Voters)
{
    /// <summary>Since when this node has followed no elected leader of its lineage; null while it follows one, or there never was one.</summary>
    public Instant? UnledSince { get; init; }

    /// <summary>The voters that are here.</summary>
    public int VotersHere
    {
        get
        {
            var count = 0;
            foreach (var voter in Voters)
                count += voter.Presence == VoterPresence.Here ? 1 : 0;
            return count;
        }
    }

    /// <summary>Whether so few of the voters are here that they can't elect anybody.</summary>
    public bool LacksMajority => !Voters.IsEmpty && 2 * VotersHere <= Voters.Length;

    /// <summary>Whether this node may act as the one leader of its lineage.</summary>
    public bool IsFenced(Instant now) => now < LeaseUntil;
}

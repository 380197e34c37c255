using System.Collections.Immutable;

namespace Crux.Machines.Flock.Election;

/// <summary>How the fenced election stands at one node.</summary>
/// <param name="Lineage">The lineage that it belongs to; 0 while it knows of none.</param>
/// <param name="IsBorn">Whether that lineage has had a leader.</param>
/// <param name="Term">The highest term of it that the node took part in.</param>
/// <param name="LeaseTerm">The term of this node's own lease, running or over; 0 where it never led.</param>
/// <param name="LeaseUntil">When that lease ends or ended, on this node's clock.</param>
/// <param name="Voters">Who votes, where this node is one of them; else nobody.</param>
public sealed record ElectionReport(UInt128 Lineage, bool IsBorn, ulong Term, ulong LeaseTerm, Instant LeaseUntil, ImmutableArray<NodeId> Voters)
{
    /// <summary>Whether this node may act as the one leader of its lineage.</summary>
    public bool IsFenced(Instant now) => now < LeaseUntil;
}

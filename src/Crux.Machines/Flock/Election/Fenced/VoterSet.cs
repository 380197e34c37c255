using System.Collections.Immutable;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>Who votes. Where a message names only the stamp, there are no voters in it.</summary>
internal sealed record VoterSet(SetStamp Stamp, ImmutableArray<Voter> Voters)
{
    public static VoterSet None { get; } = new(default, []);

    public int Majority => (Voters.Length / 2) + 1;

    public bool Contains(NodeId id) => Find(id) is not null;

    public Voter? Find(NodeId id)
    {
        foreach (var voter in Voters)
        {
            if (voter.Id == id)
                return voter;
        }
        return null;
    }

    /// <summary>Whether it differs from <paramref name="other"/> by one voter at most: so any majority of one meets any majority of the other.</summary>
    public bool IsOneStepFrom(VoterSet other)
    {
        var (gone, come) = (0, 0);
        foreach (var voter in other.Voters)
            gone += Contains(voter.Id) ? 0 : 1;
        foreach (var voter in Voters)
            come += other.Contains(voter.Id) ? 0 : 1;
        return gone + come <= 1;
    }

    /// <summary>Whether so many are in it that <paramref name="counts"/> that no other majority can do without one of them.</summary>
    public bool HasMajority(Func<NodeId, bool> counts)
    {
        var count = 0;
        foreach (var voter in Voters)
            count += counts(voter.Id) ? 1 : 0;
        return count >= Majority;
    }
}

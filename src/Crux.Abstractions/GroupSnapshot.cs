using System.Collections.Immutable;

namespace Crux;

/// <summary>A group as one node sees it at one moment. Immutable; a change makes a new one with a higher revision.</summary>
public sealed record GroupSnapshot
{
    /// <summary>The group's name: the flock's, or a horde's.</summary>
    public required string Group { get; init; }

    /// <summary>The node whose view this is.</summary>
    public required NodeId Self { get; init; }

    /// <summary>
    /// The members whose signed blob has come, so that name and key are known; this node included, ordered by id. In a small
    /// flock that is everybody within a moment; in one of thousands the rest follow slowly, those first with which this node deals.
    /// </summary>
    public required ImmutableArray<Member> Members { get; init; }

    /// <summary>How many members the view holds, those included whose blob has not come yet; 0 where the group does not say.</summary>
    public int Size { get; init; }

    /// <summary>The leader; null while there is none.</summary>
    public NodeId? Leader { get; init; }

    /// <summary>How sure it is that nobody else leads.</summary>
    public LeaderGrade Grade { get; init; }

    /// <summary>What the leader's words are ordered by.</summary>
    public GroupToken Token { get; init; }

    /// <summary>
    /// Who elects the leader, and may be elected, as far as this node has heard. It follows the vote by up to a second.
    /// </summary>
    public ImmutableArray<NodeId> Voters { get; init; } = [];

    /// <summary>
    /// The nodes that an operator shut out, the last said first, as many as are remembered: not merely gone, so nobody talks to what they vouch for,
    /// whoever answers.
    /// </summary>
    public ImmutableArray<NodeId> ShutOut { get; init; } = [];

    /// <summary>Whether the view has stood still long enough to act on: discovery has covered the range and nothing is in doubt.</summary>
    public bool IsSettled { get; init; }

    /// <summary>Grows with every change that this node saw.</summary>
    public ulong Revision { get; init; }

    /// <summary>The member with this id, or null.</summary>
    public Member? Find(NodeId id)
    {
        var (low, high) = (0, Members.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = Members[middle].Id.CompareTo(id);
            if (order == 0)
                return Members[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }
}

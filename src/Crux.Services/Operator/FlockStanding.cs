using Crux.Machines.Flock;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;

namespace Crux.Services.Operator;

/// <summary>What a node knows of its flock beyond the members: how it is sealed, who is near that does not belong, where it looks.</summary>
/// <param name="Sealing">How the sealing stands.</param>
/// <param name="Foreigners">Other flocks of the same secret, the last met last.</param>
/// <param name="Unread">From where datagrams came that could not be used, the last heard first.</param>
/// <param name="Ranges">Where this node looks for others.</param>
/// <param name="Port">The port there.</param>
/// <param name="Orders">The operator's orders that it remembers.</param>
/// <param name="Attributes">What this node says of itself.</param>
/// <param name="Clones">Node ids that were seen alive at two addresses since this node started.</param>
/// <param name="ReadAt">The node's clock when this was read; <see cref="UnreadSource.LastAt"/> compares to it.</param>
public sealed record FlockStanding(
    SealStatus Sealing, IReadOnlyList<ForeignSighting> Foreigners, IReadOnlyList<UnreadSource> Unread, IReadOnlyList<AddressRange> Ranges, ushort Port, int Orders,
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<CloneSeen> Clones, Instant ReadAt)
{
    /// <summary>Single addresses at which this node looks for others as well.</summary>
    public IReadOnlyList<NetAddress> Contacts { get; init; } = [];

    /// <summary>Why this node was put aside; null while it is a member in its own right.</summary>
    public string? Aside { get; init; }

    /// <summary>How the election stands at this node; null where there is none.</summary>
    public ElectionReport? Election { get; init; }

    /// <summary>Copies that nobody has cured yet: where one was, there is no other member now.</summary>
    public IEnumerable<CloneSeen> ClonesIn(GroupSnapshot view) => Clones.Where(clone => !view.Members.Any(member => member.Address == clone.Aside && member.Id != clone.Id));

    /// <summary>Foreign flocks that are foreign still: one may have been absorbed since, and its nodes be members.</summary>
    public IEnumerable<ForeignSighting> ForeignersIn(GroupSnapshot view) =>
        Foreigners.Where(foreigner => (foreigner.Uuid == 0 || foreigner.Uuid != Sealing.Uuid) && !view.Members.Any(member => member.Address == foreigner.At && member.Status == MemberStatus.Alive));

    /// <summary>What this node could not have on its disk yet, and why: it takes no part in what depends on it.</summary>
    public IReadOnlyList<string> NotWritten { get; init; } = [];

    /// <summary>Of a host that has no flock of its own.</summary>
    public static FlockStanding None { get; } = new(new SealStatus(0, 0, "", 0), [], [], [], 0, 0, new SortedDictionary<string, string>(StringComparer.Ordinal), [], default);
}

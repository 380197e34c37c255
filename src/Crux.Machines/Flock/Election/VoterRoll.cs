using System.Collections.Immutable;
using Crux.Machines.Flock.Election.Fenced;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Election;

/// <summary>Who should vote: chosen by rendezvous hash of the view, so that nobody is favoured and everybody would choose alike.</summary>
internal sealed class VoterRoll(FlockState state)
{
    /// <summary>A voter that is gone for so long is replaced.</summary>
    public static readonly TimeSpan ReplaceAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long a founder waits for the blobs of members that it does not know yet.</summary>
    public static readonly TimeSpan BlobPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long a newcomer among the voters is asked before another is.</summary>
    public static readonly TimeSpan NewcomerPatience = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<NodeId, Instant> _missingSince = [];
    // Of a newcomer that does not answer; the oldest is forgotten, and asked again.
    private readonly Queue<NodeId> _mute = new();
    private (NodeId Id, Instant Since) _newcomer;
    private Instant? _waitsSince;
    private Instant? _surplusSince;

    /// <summary>From so many members on there are as many voters as may be; below, five will do.</summary>
    public const int ManyMembers = 32;

    /// <summary>How many voters a view of so many needs: an odd number, since one more would only make the majority larger.</summary>
    public int Wanted => Math.Min(state.Options.MaxVoters, state.View.ReachableCount switch { < 3 and var count => count, < 5 => 3, < ManyMembers => 5, _ => ElectionRules.MaxVoters });

    /// <summary>A new lineage and its voters, this node among them; false while too few members are known by their blobs.</summary>
    public bool TryChoose(out UInt128 lineage, out ImmutableArray<Voter> voters)
    {
        (lineage, voters) = (default, []);
        _waitsSince ??= state.Now;
        var others = Known([state.Id]);
        if (others.Count + 1 < Wanted && state.Now - _waitsSince < BlobPatience)
            return false;
        _waitsSince = null;
        lineage = Lineage.Mint(state.Random, state.View.ReachableCount);
        voters = [new Voter(state.Id, state.Self.Address), .. Best(others, lineage).Take(Wanted - 1)];
        return true;
    }

    /// <summary>Who is to vote where the former voters are lost, by the members of whom this node knows enough.</summary>
    public ImmutableArray<Voter> Choose(UInt128 lineage) => [.. Best(Known([]), lineage).Take(Wanted)];

    /// <summary>Whether voters may be about to elect, as far as this node knows.</summary>
    public bool MayElect(VoterSet set) => set.Voters.IsEmpty || HasMajorityHere(set);

    // Asked with every step of the machine: in a method of its own what the closure captures is allocated only where there are voters.
    private bool HasMajorityHere(VoterSet set) => set.HasMajority(id => IsHere(set.Find(id)!.Value));

    /// <summary>The next set, one step from the present one; null where it is right as it is.</summary>
    public ImmutableArray<Voter>? NextSet(FencedElection election)
    {
        var set = election.Memory.Set;
        if (Gone(election) is { } leaver)
        {
            _missingSince.Remove(leaver.Id);
            return Moved(leaver) is { } moved ? set.Voters.Replace(leaver, moved) : set.Voters.Remove(leaver);
        }
        if (set.Voters.Length <= Wanted)
            _surplusSince = null;
        if (!state.IsSettled || set.Voters.Length == Wanted)
            return null;
        if (set.Voters.Length > Wanted)
            return IsLasting(ref _surplusSince) ? set.Voters.Remove(set.Voters.Where(voter => voter.Id != state.Id).OrderBy(IsHere).First()) : null;
        return Newcomer(set, election.Memory.Lineage) is { } newcomer ? set.Voters.Add(newcomer) : null;
    }

    /// <summary>Who is to lead next when this leader leaves: everybody would name the same.</summary>
    public NodeId HeirOf(FencedElection election, NodeId leader) => election.Memory.Set.Voters.FirstOrDefault(voter => voter.Id != leader && IsHere(voter)).Id;

    private static IEnumerable<Voter> Best(List<Voter> voters, UInt128 lineage) =>
        voters.OrderByDescending(voter => Mix.Two((ulong)(lineage >> 64), Mix.Of(voter.Id))).ThenBy(voter => voter.Id);

    private bool IsLasting(ref Instant? since) => state.Now - (since ??= state.Now) >= ReplaceAfter;

    private Voter? Gone(FencedElection election)
    {
        var gone = default(Voter?);
        foreach (var voter in election.Memory.Set.Voters)
        {
            if (IsHere(voter))
                _missingSince.Remove(voter.Id);
            else if (!_missingSince.TryAdd(voter.Id, state.Now) && state.Now - _missingSince[voter.Id] >= ReplaceAfter)
                gone ??= voter;
            if (election.Leaving.Contains(voter.Id) && !IsHere(voter))
                return voter;
        }
        return gone;
    }

    // The same one is asked until it answers, which the election waits for, or until it was asked for long enough.
    private Voter? Newcomer(VoterSet set, UInt128 lineage)
    {
        if (_newcomer.Id != default && state.Now - _newcomer.Since >= NewcomerPatience)
        {
            if (!set.Contains(_newcomer.Id))
                _mute.Enqueue(_newcomer.Id);
            if (_mute.Count > ElectionRules.MaxVoters)
                _mute.Dequeue();
            _newcomer = default;
        }
        var known = Best(Known([.. set.Voters.Select(voter => voter.Id)]), lineage).ToList();
        var chosen = known.Find(voter => !_mute.Contains(voter.Id));
        if (chosen.Id == default)
        {
            _mute.Clear();
            return null;
        }
        if (_newcomer.Id != chosen.Id)
            _newcomer = (chosen.Id, state.Now);
        return chosen;
    }

    private bool IsHere(Voter voter) =>
        voter.Id == state.Id
        || (state.View.TryGet(voter.Address, out var record) && record.Status == RecordStatus.Alive && (state.View.BlobOf(voter.Address)?.Id ?? voter.Id) == voter.Id);

    // At another address since it was started again.
    private Voter? Moved(Voter voter)
    {
        foreach (var known in Known([]))
        {
            if (known.Id == voter.Id && known.Address != voter.Address)
                return known;
        }
        return null;
    }

    private List<Voter> Known(HashSet<NodeId> but)
    {
        var known = new List<Voter>();
        foreach (var record in state.View.Reachable)
        {
            if (state.View.BlobOf(record.Address) is { } blob && but.Add(blob.Id))
                known.Add(new Voter(blob.Id, record.Address));
        }
        return known;
    }
}

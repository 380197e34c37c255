using System.Collections.Immutable;
using Crux.Machines.Flock.Election.Fenced;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Election;

/// <summary>Remembers who voted when a leader was last followed: where nobody is elected any more, the operator has to know who is missing.</summary>
internal sealed class VoterWatch(FlockState state)
{
    private readonly SortedDictionary<NodeId, string> _names = [];
    private ImmutableArray<Voter> _voters = [];
    private LeaderClaim? _seen;

    /// <summary>Since when no elected leader is followed; null while one is.</summary>
    public Instant? UnledSince { get; private set; }

    /// <summary>Looks at whom this node follows.</summary>
    public void Tick()
    {
        if (state.Claim is not { IsFenced: true } claim)
        {
            UnledSince ??= state.Now;
            return;
        }
        UnledSince = null;
        if (ReferenceEquals(claim, _seen))
            return;
        (_seen, _voters) = (claim, claim.Voters);
        Name(_voters);
    }

    /// <summary>The voters of a set, or those that the last leader named where this node is none of them.</summary>
    public ImmutableArray<VoterReport> Report(VoterSet own)
    {
        var voters = own.Voters.IsEmpty ? _voters : own.Voters;
        Name(voters);
        return [.. voters.Select(voter => new VoterReport(voter.Id, _names.GetValueOrDefault(voter.Id, voter.Id.Brief), voter.Address, PresenceOf(voter)))];
    }

    /// <summary>Whether a voter is a member where it was, as far as can be told.</summary>
    public VoterPresence PresenceOf(Voter voter)
    {
        if (voter.Id == state.Id)
            return VoterPresence.Here;
        if (!state.View.TryGet(voter.Address, out var record) || (state.View.BlobOf(voter.Address)?.Id ?? voter.Id) != voter.Id)
            return VoterPresence.Gone;
        return record.Status switch
        {
            RecordStatus.Alive => VoterPresence.Here,
            RecordStatus.Unreachable => VoterPresence.Unreachable,
            _ => VoterPresence.Gone,
        };
    }

    // As long as they are there: of who is gone nobody can be asked for a name.
    private void Name(ImmutableArray<Voter> voters)
    {
        if (_names.Count > 2 * ElectionRules.MaxVoters)
            _names.Clear();
        foreach (var voter in voters)
        {
            if (state.View.BlobOf(voter.Address) is { } blob && blob.Id == voter.Id)
                _names[voter.Id] = blob.Name;
        }
    }
}

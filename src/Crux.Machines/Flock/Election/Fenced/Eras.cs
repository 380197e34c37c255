using System.Collections.Immutable;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>
/// A lineage whose voters were lost is begun anew by the operator: other voters, in terms far above all former ones. Takes that, and keeps
/// quiet where terms show that it happened and the operator's word has not come yet.
/// </summary>
internal sealed class Eras(FencedElection election, Candidacy candidacy, Elector elector, NodeId self)
{
    /// <summary>Until then this node neither stands nor votes: by voters that count no more somebody would be elected beside the right one.</summary>
    public Instant QuietUntil { get; private set; }

    /// <summary>Takes the operator's word; said again, it changes nothing.</summary>
    public void Refound(UInt128 lineage, ulong era, ulong firstTerm, ImmutableArray<Voter> voters)
    {
        var memory = election.Memory;
        var set = new VoterSet(new SetStamp(era, firstTerm, 1), voters);
        var (isMine, isNamed) = (lineage == memory.Lineage, set.Contains(self));
        if (isMine ? era <= memory.Set.Stamp.Era : !isNamed || (memory.IsBorn && lineage < memory.Lineage))
            return;
        election.StepDown();
        elector.Forget();
        election.Remember(memory with
        {
            Lineage = lineage, IsBorn = true, Term = isMine ? Math.Max(memory.Term, firstTerm) : firstTerm, Set = isNamed ? set : set with { Voters = [] },
        });
        QuietUntil = election.Now;
        candidacy.StandSoon(election.Now);
    }

    /// <summary>A term of this lineage that somebody leads or has voted in. Nobody comes so far by counting.</summary>
    public void Notice(ulong term)
    {
        if (!election.Memory.IsBorn || term < election.Memory.Term + (ElectionRules.RefoundingLeap / 2))
            return;
        QuietUntil = election.Now + ElectionRules.RefoundingPatience;
        if (election.Role != ElectionRole.Follower)
            election.StepDown();
    }
}

using System.Collections.Immutable;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>A leader's part: asks for the support that its lease stands on, and changes the voters one at a time.</summary>
internal sealed class Incumbent(FencedElection election, Candidacy candidacy, NodeId self)
{
    private TimeSpan _patience;
    // The highest term of which a voter of this lineage said that it can't go back behind it.
    private ulong _refusedIn;

    /// <summary>The mandate, current or last; null where this node never led.</summary>
    public Mandate? Mandate { get; private set; }

    public Instant Due => Instant.Min(Mandate!.Until, Instant.Min(Mandate.RoundDue, NeedsRetry ? Mandate.RetryDue : Instant.Never));

    // Who was not asked need not answer, and who has an old set gets the new one with its turn: only what the lease or a change waits for is urgent.
    private bool NeedsRetry => Mandate!.Former is not null || !Set.HasMajority(Mandate.SupportsRound);

    private VoterSet Set => election.Memory.Set;

    // Who is to be a voter no more counts until a majority has that on disk, and learns of it so.
    private IEnumerable<Voter> Others =>
        Mandate!.Former is { } former ? election.Others.Concat(former.Voters.Where(voter => voter.Id != self && !Set.Contains(voter.Id))) : election.Others;

    /// <summary>An election was won, perhaps by the parting word of a voter that left.</summary>
    public void Begin(Canvass won, NodeId? bequest)
    {
        var memory = election.Memory;
        Mandate = new Mandate(self, won.Term);
        foreach (var voter in won.Granted)
            Mandate.Support(voter, won.StartedAt);
        election.Become(ElectionRole.Leading);
        // A leader changes no set before its own term's is on a majority's disks: two leaders' changes could miss each other.
        election.Remember(memory with { IsBorn = true, Set = memory.Set with { Stamp = memory.Set.Stamp with { Term = won.Term, Version = memory.Set.Stamp.Version + 1 } } });
        Mandate.Former = Set;
        election.Leaving.Clear();
        if (bequest is { } leaver)
        {
            election.Leaving.Add(leaver);
            Mandate.Support(leaver, won.StartedAt);
            Mandate.Holds(leaver, Set.Stamp);
        }
        Mandate.Renew(Set);
        Ask();
    }

    public void Tick()
    {
        if (!election.HoldsLease)
            election.Become(ElectionRole.Follower);
        else if (_refusedIn > election.Memory.Term)
        {
            // Somebody has voted in a later term and can't support this one: the same leader in a term above it can be.
            election.Become(ElectionRole.Standing);
            candidacy.Stand();
        }
        else if (election.Now >= Mandate!.RoundDue)
            Ask();
        else if (election.Now >= Mandate.RetryDue && NeedsRetry)
        {
            // A lease is worth a datagram each time; a slow disk is waited for.
            var isEnough = Set.HasMajority(Mandate.SupportsRound);
            _patience = isEnough ? 2 * _patience : ElectionRules.RetryPeriod;
            Mandate.RetryDue = election.Now + _patience;
            if (!isEnough)
                Mandate.Miss(election.Now);
            foreach (var voter in Others.Where(voter => !IsUpToDate(voter)))
                Send(voter);
        }
    }

    public void OnTerm(ulong term) => _refusedIn = Math.Max(_refusedIn, term);

    public void OnSupport(Voter from, ElectionMessage message)
    {
        if (election.Role != ElectionRole.Leading || message.Lineage != election.Memory.Lineage || !message.Has(ElectionFlags.Granted) || message.Term != election.Memory.Term)
            return;
        if (message.Has(ElectionFlags.Leaves))
            election.Leaving.Add(from.Id);
        else
            election.Leaving.Remove(from.Id);
        Mandate!.Support(from.Id, message.Sequence);
        Mandate.Holds(from.Id, message.Set.Stamp);
        Settle();
    }

    /// <summary>Somebody stands who is no voter any more, and does not know.</summary>
    public void OnCanvass(Voter from, ElectionMessage message)
    {
        if (election.Role == ElectionRole.Leading && message.Lineage == election.Memory.Lineage && election.HoldsLease && !Set.Contains(from.Id))
            Send(from);
    }

    public bool TryChange(ImmutableArray<Voter> voters)
    {
        var memory = election.Memory;
        var set = new VoterSet(memory.Set.Stamp with { Version = memory.Set.Stamp.Version + 1 }, voters);
        if (election.Role != ElectionRole.Leading || !election.HoldsLease || Mandate!.Former is not null || voters.Length is 0 or > ElectionRules.MaxVoters
            || !set.IsOneStepFrom(memory.Set) || !set.Contains(self) || memory.Set.Stamp.Term != memory.Term)
            return false;
        // A newcomer that does not answer would cost the majority of a small set: it is counted in once it has.
        foreach (var newcomer in voters.Where(voter => !memory.Set.Contains(voter.Id) && !Mandate.SupportsSince(voter.Id, election.Now - ElectionRules.LeaseLife)))
        {
            Send(newcomer);
            return false;
        }
        Mandate.Former = memory.Set;
        election.Remember(memory with { Set = set });
        // Who leaves has agreed; it need not be waited for.
        foreach (var voter in election.Leaving)
            Mandate.Holds(voter, set.Stamp);
        Ask();
        return true;
    }

    /// <summary>Counts what is known, this node's own disk included.</summary>
    public void Settle()
    {
        if (election.Durable == election.Written)
            Mandate!.Holds(self, Set.Stamp);
        if (Mandate!.Former is not null && Mandate.IsCommitted(Set))
            Mandate.Former = null;
        Mandate.Renew(Set);
    }

    // While nothing changes, a majority is asked: others take their turn in the next round, so that everybody hears of the leader.
    private void Ask()
    {
        Mandate!.BeginRound(election.Now);
        _patience = ElectionRules.RetryPeriod;
        Settle();
        List<Voter> others = [.. Others];
        var wanted = Mandate.Former is null ? Set.Majority - 1 : others.Count;
        for (var i = 0; i < wanted; i++)
            Send(others[(int)(((Mandate.Sequence * (ulong)wanted) + (ulong)i) % (ulong)others.Count)]);
    }

    private bool IsUpToDate(Voter voter) => voter.Id == self || (Mandate!.SupportsRound(voter.Id) && (Mandate.Former is null || Mandate.Holds(voter.Id, Set)));

    private void Send(Voter to)
    {
        var set = Mandate!.Holds(to.Id, Set) ? Set with { Voters = [] } : Set;
        election.Letters.Add(new(to, election.Compose(ElectionMessageKind.Lease, ElectionFlags.None, Mandate.Sequence, self, set)));
    }
}

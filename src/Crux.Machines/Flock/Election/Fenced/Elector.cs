namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>A voter: whom it has promised its support, and to whom it gives its vote.</summary>
internal sealed class Elector(FencedElection election, Candidacy candidacy, NodeId self, NodeId promisedTo, Instant promiseUntil)
{
    private (ulong Term, ulong Sequence) _lastLease;
    private Voter? _leader;
    private (NodeId Candidate, Instant Until) _leaning;

    /// <summary>Whom it supports.</summary>
    public NodeId PromisedTo { get; private set; } = promisedTo;

    /// <summary>Until then it gives its vote to nobody else.</summary>
    public Instant PromiseUntil { get; private set; } = promiseUntil;

    /// <summary>Of two voters the one that left: its parting word counts as its vote for the other, since nobody could ever lead against that one.</summary>
    public NodeId? Bequest { get; private set; }

    /// <summary>It goes to another lineage: what it had promised holds, since it votes in the former one no more.</summary>
    public void Forget()
    {
        (_lastLease, _leader, Bequest, PromisedTo) = (default, null, null, default);
        PromiseUntil = Instant.Min(PromiseUntil, election.Now);
    }

    /// <summary>What it knows is on disk now: a leader may wait for that.</summary>
    public void Persisted()
    {
        if (_leader is { } leader && _lastLease.Term == election.Memory.Term && election.Durable == election.Written)
            Answer(leader, ElectionFlags.Granted);
    }

    /// <summary>This process ends.</summary>
    public void Leave()
    {
        if (_leader is { } leader)
            Answer(leader, ElectionFlags.Leaves | ElectionFlags.Granted);
    }

    public void Release(NodeId leader, NodeId heir)
    {
        if (PromisedTo != leader || PromiseUntil <= election.Now)
            return;
        PromiseUntil = election.Now;
        _leader = null;
        var set = election.Memory.Set;
        Bequest = heir == self && set.Voters.Length == 2 && set.Contains(leader) ? leader : null;
        if (heir == self)
            candidacy.StandAt(election.Now);
        else
            candidacy.StandSoon(election.Now + ElectionRules.HeirsLead);
    }

    public void OnLease(Voter from, ElectionMessage message)
    {
        if (message.Lineage != election.Memory.Lineage && !MayJoin(message))
            return;
        if (message.Lineage != election.Memory.Lineage)
            election.Join(message.Lineage, message.Term, message.Set);
        var memory = election.Memory;
        if (message.Term < memory.Term || message.Term < memory.VoteTerm || message.Set.Stamp.Era < memory.Set.Stamp.Era)
        {
            Answer(from, ElectionFlags.None);
            return;
        }
        if (message.Has(ElectionFlags.Abdicates))
        {
            if (_lastLease.Term == message.Term)
                Release(from.Id, message.Subject);
            return;
        }
        if (message.Term == _lastLease.Term && message.Sequence < _lastLease.Sequence)
            return;
        election.Mandate?.End(election.Now);
        election.Become(ElectionRole.Follower);
        var set = message.Set.Stamp.CompareTo(memory.Set.Stamp) > 0 && !message.Set.Voters.IsEmpty ? message.Set : memory.Set;
        if (message.Term != memory.Term || !memory.IsBorn || memory.Supports != from.Id || !ReferenceEquals(set, memory.Set))
            election.Remember(memory with { IsBorn = true, Term = message.Term, Supports = from.Id, Set = set });
        _lastLease = (message.Term, message.Sequence);
        (_leader, Bequest) = (from, null);
        Promise(from.Id);
        // How long it is good for needs no disk, for who is started anew waits that long. Whose it is does. Which set this node holds does too, so
        // the answer names the one on disk.
        if (election.OnDisk.Supports == from.Id && election.OnDisk.Lineage == message.Lineage)
            Answer(from, ElectionFlags.Granted);
    }

    public void OnCanvass(Voter from, ElectionMessage message)
    {
        if (message.Subject != from.Id)
            return;
        if (message.Has(ElectionFlags.Founding))
        {
            OnFounding(from, message);
            return;
        }
        var memory = election.Memory;
        var grants = message.Lineage == memory.Lineage
            && message.Set.Stamp.CompareTo(memory.Set.Stamp) >= 0
            && IsFreeFor(from.Id)
            && message.Term >= memory.Term
            && (message.Term > memory.VoteTerm || (message.Term == memory.VoteTerm && memory.VoteFor == from.Id));
        if (message.Has(ElectionFlags.Pre))
            grants = grants && Lean(from.Id);
        else if (grants)
            Vote(from, memory with { Term = message.Term, VoteTerm = message.Term, VoteFor = from.Id, Supports = from.Id });
        Reply(from, message, grants);
    }

    /// <summary>
    /// Encourages one candidate at a time, this node itself too; false where it has just encouraged another. Nobody is bound by that, but two
    /// that were both encouraged would split the votes, and a vote is a promise: that costs seconds.
    /// </summary>
    public bool Lean(NodeId candidate)
    {
        if (_leaning.Candidate != candidate && election.Now < _leaning.Until)
            return false;
        _leaning = (candidate, election.Now + ElectionRules.LeanTime);
        if (candidate == self)
            return true;
        if (election.Role == ElectionRole.Canvassing)
            election.Become(ElectionRole.Follower);
        candidacy.StandSoon(_leaning.Until);
        return true;
    }

    private void OnFounding(Voter from, ElectionMessage message)
    {
        var memory = election.Memory;
        var isAgain = message.Lineage == memory.Lineage && memory.VoteFor == from.Id && memory.VoteTerm == message.Term;
        var grants = IsFreeFor(from.Id)
            && (isAgain || (!memory.IsBorn && message.Term > memory.VoteTerm && message.Set.Contains(self) && message.Set.Contains(from.Id)));
        if (grants)
        {
            Vote(from, isAgain ? memory : memory with
            {
                Lineage = message.Lineage, IsBorn = false, Term = message.Term, VoteTerm = message.Term, VoteFor = from.Id, Supports = from.Id, Set = message.Set,
            });
        }
        Reply(from, message, grants);
    }

    // Without a lineage, or with one that came to nothing, a node is taken in by whoever counts it among its voters; otherwise only by a greater one.
    private bool MayJoin(ElectionMessage message) =>
        (!election.Memory.IsBorn || message.Lineage > election.Memory.Lineage) && message.Set.Contains(self) && !message.Has(ElectionFlags.Abdicates);

    private bool IsFreeFor(NodeId candidate) => (election.Now >= FreeFrom || PromisedTo == candidate) && !election.HoldsLease && election.Now >= election.QuietUntil;

    // A leader that is seen to lead need not ask everybody: that it did not ask this node says little.
    private Instant FreeFrom => election.IsLeaderSeen && election.Memory.IsBorn ? PromiseUntil + ElectionRules.Neglect : PromiseUntil;

    // A vote is a promise too, and so is a vote told again: who wins by it may act at once.
    private void Vote(Voter candidate, ElectionMemory next)
    {
        if (next != election.Memory)
            election.Remember(next);
        election.Become(ElectionRole.Follower);
        Promise(candidate.Id);
    }

    private void Promise(NodeId leader)
    {
        (PromisedTo, PromiseUntil) = (leader, election.Now + ElectionRules.Promise);
        candidacy.StandSoon(PromiseUntil);
    }

    private void Reply(Voter to, ElectionMessage asked, bool grants)
    {
        var flags = (asked.Flags & (ElectionFlags.Pre | ElectionFlags.Founding)) | (grants ? ElectionFlags.Granted : 0) | (election.Memory.IsBorn ? ElectionFlags.Born : 0);
        if (election.Memory.Lineage == 0)
            return;
        var reply = election.Compose(ElectionMessageKind.Vote, flags, asked.Sequence, to.Id, VoterSet.None with { Stamp = election.Memory.Set.Stamp });
        if (grants && !asked.Has(ElectionFlags.Pre))
            election.Hold(to, reply);
        else
            election.Letters.Add(new(to, reply));
    }

    private void Answer(Voter to, ElectionFlags flags) => election.Letters.Add(new(
        to, election.Compose(ElectionMessageKind.Support, flags, _lastLease.Sequence, to.Id, VoterSet.None with { Stamp = election.OnDisk.Set.Stamp })));
}

using System.Collections.Immutable;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>
/// One node's part in electing a leader that nobody else can be: Raft's election (Ongaro and Ousterhout 2014) with pre-vote,
/// check-quorum and a leader's lease, for a lineage of its own. It knows voters and time, and neither views nor networks.
/// </summary>
/// <remarks>
/// Deterministic: the same calls and seed, the same letters. Its owner puts <see cref="Memory"/> on disk whenever
/// <see cref="Written"/> grows, tells by <see cref="Persisted"/>, and sends <see cref="Letters"/>.
/// </remarks>
internal sealed class FencedElection
{
    private readonly NodeId _self;
    private readonly Candidacy _candidacy;
    private readonly Elector _elector;
    private readonly Incumbent _incumbent;
    private readonly HeldLetters _held = new();
    private readonly Eras _eras;

    /// <summary>Goes on with what was on disk.</summary>
    public FencedElection(NodeId self, ElectionMemory memory, SeededRandom random, Instant now)
    {
        (_self, Memory, OnDisk, Now) = (self, memory, memory, now);
        _candidacy = new Candidacy(this, self, random);
        _incumbent = new Incumbent(this, _candidacy, self);
        // Until when it had promised its support before it was started, it does not know: so it waits as long as any promise lasts. A lease of its own has ended with it.
        var isBound = memory.Lineage != 0 && memory.Supports != self;
        _elector = new Elector(this, _candidacy, self, memory.Supports, isBound ? now + ElectionRules.Promise : now);
        _eras = new Eras(this, _candidacy, _elector, self);
        _candidacy.StandSoon(_elector.PromiseUntil);
    }

    /// <summary>What must be on disk.</summary>
    public ElectionMemory Memory { get; private set; }

    /// <summary>Grows with every change of <see cref="Memory"/>.</summary>
    public ulong Written { get; private set; }

    /// <summary>The newest of <see cref="Written"/> that is on disk.</summary>
    public ulong Durable { get; private set; }

    /// <summary>What is to be sent; the owner clears it.</summary>
    public List<ElectionLetter> Letters { get; } = [];

    public ElectionRole Role { get; private set; }

    /// <summary>This node's mandate, current or last; null where it never led.</summary>
    public Mandate? Mandate => _incumbent.Mandate;

    /// <summary>The highest term heard of anywhere: who stands, stands above it.</summary>
    public ulong HighestTerm { get; private set; }

    /// <summary>The highest term of any claim, of whatever lineage or of none: what people see as the term should not go back.</summary>
    public ulong TermElsewhere { get; private set; }

    /// <summary>Voters that leave, and agree to be no voters any more.</summary>
    public SortedSet<NodeId> Leaving { get; } = [];

    public bool IsVoter => Memory.Set.Contains(_self);

    /// <summary>
    /// Whether the owner sees this lineage's leader alive and leading. A leader asks no more voters than it needs, so that whom it has not
    /// asked does not stand against it.
    /// </summary>
    public bool IsLeaderSeen { get; private set; }

    /// <summary>When something is due that no message brings about.</summary>
    public Instant Due => Role == ElectionRole.Leading ? _incumbent.Due : Instant.Min(_candidacy.Due, HoldsLease ? Mandate!.Until : Instant.Never);

    /// <summary>Whether the last lease was still running when this machine was last called.</summary>
    public bool HoldsLease => IsFenced(Now);

    internal Instant Now { get; private set; }

    /// <summary>What is on disk, as far as this node has heard.</summary>
    internal ElectionMemory OnDisk { get; private set; }

    internal Instant PromiseUntil => _elector.PromiseUntil;

    internal Instant QuietUntil => _eras.QuietUntil;

    internal IEnumerable<Voter> Others => Memory.Set.Voters.Where(voter => voter.Id != _self);

    private ulong Ceiling => Math.Max(HighestTerm, Math.Max(Memory.Term, Memory.VoteTerm)) + ElectionRules.MaxTermLeap;

    /// <summary>Whether this node may act as the one leader of its lineage.</summary>
    public bool IsFenced(Instant now) => Mandate is { } mandate && now < mandate.Until;

    public void Receive(Instant now, Voter from, ElectionMessage message)
    {
        Now = now;
        // A term that nobody could have reached by counting is a lie, and would leave no room to count on.
        if (message.Term > Ceiling || message.VoteTerm > Ceiling || from.Id == _self)
            return;
        switch (message.Kind)
        {
            case ElectionMessageKind.Lease:
                _elector.OnLease(from, message);
                break;
            case ElectionMessageKind.Support:
                _incumbent.OnSupport(from, message);
                break;
            case ElectionMessageKind.Canvass:
                _elector.OnCanvass(from, message);
                _incumbent.OnCanvass(from, message);
                break;
            case ElectionMessageKind.Vote:
                _candidacy.OnVote(from, message);
                break;
        }
        // The term of a canvass is a wish. What somebody has voted in is a fact, and so is the term of an answer.
        var told = message.Kind == ElectionMessageKind.Canvass || message.Lineage != Memory.Lineage ? message.VoteTerm : Math.Max(message.Term, message.VoteTerm);
        HighestTerm = Math.Max(HighestTerm, told);
        // A voter of a later era than this node's tells it by its terms.
        if (message.Lineage == Memory.Lineage && message.Kind != ElectionMessageKind.Canvass)
        {
            _eras.Notice(told);
            _incumbent.OnTerm(told);
        }
    }

    public void Tick(Instant now)
    {
        Now = now;
        if (Role == ElectionRole.Leading)
            _incumbent.Tick();
        else
            _candidacy.Tick();
    }

    /// <summary>Everything up to <paramref name="written"/> is on disk.</summary>
    public void Persisted(Instant now, ulong written)
    {
        Now = now;
        Durable = Math.Max(Durable, written);
        if (Durable == Written)
            OnDisk = Memory;
        _held.Release(Durable, Letters);
        if (Role == ElectionRole.Leading)
            _incumbent.Settle();
        else
            _elector.Persisted();
        _candidacy.Persisted();
    }

    /// <summary>Begins a lineage: asks these voters, this node among them, to make it the leader of one that never was before.</summary>
    public void Found(Instant now, UInt128 lineage, ulong term, ImmutableArray<Voter> voters)
    {
        Now = now;
        if (Memory.IsBorn || Role is ElectionRole.Leading or ElectionRole.Standing || Now < _elector.PromiseUntil)
            return;
        var first = Math.Max(Math.Max(term, 1), Math.Max(Memory.VoteTerm, HighestTerm) + 1);
        Remember(Memory with
        {
            Lineage = lineage, IsBorn = false, Term = first, VoteTerm = first, VoteFor = _self, Supports = _self, Set = new VoterSet(new SetStamp(0, first, 1), voters),
        });
        Become(ElectionRole.Standing);
        _candidacy.Begin(ElectionFlags.Founding, first);
    }

    /// <summary>Somebody else is to begin a lineage: asks nobody any more. Nothing happens where this node founds none.</summary>
    public void GiveUpFounding(Instant now)
    {
        Now = now;
        if (Role != ElectionRole.Standing || Memory.IsBorn)
            return;
        Become(ElectionRole.Follower);
        _candidacy.StandSoon(Now);
    }

    /// <summary>
    /// Follows a lineage that has a leader. From one that was born a node goes only to a greater one, and never comes back: who has
    /// forgotten what it promised there must not vote there again.
    /// </summary>
    public void Follow(Instant now, UInt128 lineage, ulong term)
    {
        Now = now;
        TermElsewhere = Math.Max(TermElsewhere, term);
        if (Memory.IsBorn && lineage <= Memory.Lineage)
        {
            // By voters that are not this leader's: the operator began anew while it was away.
            if (lineage == Memory.Lineage && Role == ElectionRole.Leading && term > Mandate!.Term)
                StepDown();
            if (lineage == Memory.Lineage)
                _eras.Notice(term);
            return;
        }
        if (Memory.Lineage != lineage)
            Join(lineage, term, VoterSet.None);
        else
            Remember(Memory with { IsBorn = true });
    }

    /// <summary>The flock was sealed, as a lineage that is not this node's: its own is over.</summary>
    public void Enter(Instant now, UInt128 lineage)
    {
        Now = now;
        Join(lineage, 0, VoterSet.None);
    }

    /// <summary>
    /// The operator's word that this lineage goes on under other voters, in terms that the former ones can't have reached. Whoever voted in it
    /// and is not named votes no more; whoever is named stands at once.
    /// </summary>
    public void Refound(Instant now, UInt128 lineage, ulong era, ulong firstTerm, ImmutableArray<Voter> voters)
    {
        Now = now;
        _eras.Refound(lineage, era, firstTerm, voters);
    }

    /// <summary>This process ends: a leader hands over at once, a voter agrees to be replaced.</summary>
    public void Leave(Instant now, NodeId heir)
    {
        Now = now;
        if (Role == ElectionRole.Leading)
        {
            Mandate!.End(Now);
            foreach (var voter in Others)
                Letters.Add(new(voter, Compose(ElectionMessageKind.Lease, ElectionFlags.Abdicates, Mandate.Sequence, heir, VoterSet.None with { Stamp = Memory.Set.Stamp })));
            Become(ElectionRole.Follower);
        }
        else if (IsVoter)
            _elector.Leave();
    }

    /// <summary>A node has left by its own word: whoever had promised it support is free, and the heir stands at once.</summary>
    public void Release(Instant now, NodeId leader, NodeId heir)
    {
        Now = now;
        // Who leaves by its own word agrees to be no voter any more.
        if (Role == ElectionRole.Leading && Memory.Set.Contains(leader))
            Leaving.Add(leader);
        _elector.Release(leader, heir);
    }

    /// <summary>Has another set of voters take the place of the present one; false where that can't be now, or a newcomer has yet to answer.</summary>
    public bool TryChange(Instant now, ImmutableArray<Voter> voters)
    {
        Now = now;
        return _incumbent.TryChange(voters);
    }

    /// <summary>Tells whether the owner sees the leader lead.</summary>
    public void See(Instant now, bool isLeaderSeen)
    {
        Now = now;
        if (IsLeaderSeen == isLeaderSeen)
            return;
        IsLeaderSeen = isLeaderSeen;
        if (Role == ElectionRole.Canvassing)
            Become(ElectionRole.Follower);
        if (Role == ElectionRole.Follower)
            _candidacy.StandSoon(Instant.Max(Now, _elector.PromiseUntil));
    }

    /// <summary>The highest term of any claim that was heard: who stands, stands above it.</summary>
    public void Raise(ulong term) => TermElsewhere = Math.Max(TermElsewhere, term);

    internal void Remember(ElectionMemory next)
    {
        Memory = next;
        Written++;
    }

    /// <summary>What this node was in its own lineage is over.</summary>
    internal void Join(UInt128 lineage, ulong term, VoterSet set)
    {
        StepDown();
        _elector.Forget();
        Remember(Memory with { Lineage = lineage, IsBorn = true, Term = term, Set = set });
    }

    /// <summary>Whatever right to lead this node had has ended.</summary>
    internal void StepDown()
    {
        Mandate?.End(Now);
        Become(ElectionRole.Follower);
    }

    internal void Become(ElectionRole role)
    {
        if (Role == ElectionRole.Leading && role != ElectionRole.Leading)
            _candidacy.StandSoon(Instant.Max(Now, _elector.PromiseUntil));
        Role = role;
        if (role == ElectionRole.Follower)
            _candidacy.End();
    }

    /// <summary>Whether who has left has left this node its vote.</summary>
    internal bool HasVoteOf(NodeId voter) => voter == _elector.Bequest;

    /// <summary>Whether this node may encourage itself to stand.</summary>
    internal bool LeansToSelf() => _elector.Lean(_self);

    /// <summary>A canvass was won.</summary>
    internal void Win(Canvass won) => _incumbent.Begin(won, _elector.Bequest);

    /// <summary>Sends what binds this node: not before it is on disk.</summary>
    internal void Hold(Voter to, ElectionMessage message)
    {
        if (Durable >= Written)
            Letters.Add(new(to, message));
        else
            _held.Add(Written, new(to, message));
    }

    internal ElectionMessage Compose(ElectionMessageKind kind, ElectionFlags flags, ulong sequence, NodeId subject, VoterSet set) =>
        new(kind, flags, Memory.Lineage, Memory.Term, sequence, subject, Memory.VoteTerm, set);
}

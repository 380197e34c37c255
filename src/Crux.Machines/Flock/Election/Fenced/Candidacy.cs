namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>When a voter stands, whom it asks, and what it makes of the answers.</summary>
internal sealed class Candidacy(FencedElection election, NodeId self, SeededRandom random)
{
    private Canvass? _canvass;
    private Instant _standAt = Instant.Never;
    private ulong _canvasses;
    private ulong _votedAt;

    public Instant Due => _canvass is { } canvass ? Instant.Min(canvass.RetryDue, canvass.EndsAt) : StandsAt;

    private Instant StandsAt
    {
        get
        {
            if (!election.IsVoter || _standAt == Instant.Never)
                return Instant.Never;
            var from = Instant.Max(Instant.Max(_standAt, election.PromiseUntil), election.QuietUntil);
            return election.IsLeaderSeen ? from + ElectionRules.Neglect : from;
        }
    }

    /// <summary>Stands some time after <paramref name="from"/>, unless something comes in between.</summary>
    public void StandSoon(Instant from) => _standAt = from + random.Next(ElectionRules.StandJitter);

    public void StandAt(Instant at) => _standAt = at;

    /// <summary>Somebody else is to lead.</summary>
    public void End() => _canvass = null;

    public void Tick()
    {
        if (_canvass is { } canvass && election.Now >= canvass.EndsAt)
        {
            election.Become(ElectionRole.Follower);
            StandSoon(election.Now);
        }
        if (_canvass is not null)
            Ask();
        else if (election.Now >= StandsAt && !election.LeansToSelf())
            StandSoon(election.Now + ElectionRules.LeanTime);
        else if (election.Now >= StandsAt)
        {
            election.Become(ElectionRole.Canvassing);
            Begin(ElectionFlags.Pre, NextTerm);
        }
    }

    /// <summary>Stands at once, without asking first whether it would be elected.</summary>
    public void Stand()
    {
        var term = NextTerm;
        election.Become(ElectionRole.Standing);
        election.Remember(election.Memory with { Term = term, VoteTerm = term, VoteFor = self, Supports = self });
        Begin(ElectionFlags.None, term);
    }

    public void Begin(ElectionFlags kind, ulong term)
    {
        var endsAt = election.Now + ElectionRules.CanvassLife + random.Next(ElectionRules.StandJitter);
        _canvass = new Canvass(kind, term, ++_canvasses, election.Now, endsAt);
        // A vote for itself counts like any other: once it is on disk.
        _votedAt = election.Written;
        Ask();
        Persisted();
    }

    public void Persisted()
    {
        if (_canvass is not { } canvass || (canvass.IsReal && election.Durable < _votedAt) || canvass.HasGranted(self))
            return;
        canvass.Grant(self);
        canvass.RetryDue = election.Now;
        Ask();
        Count(canvass);
    }

    public void OnVote(Voter from, ElectionMessage message)
    {
        if (_canvass is not { } canvass || message.Sequence != canvass.Number || message.Subject != self
            || (message.Flags & (ElectionFlags.Pre | ElectionFlags.Founding)) != canvass.Kind)
            return;
        if (message.Has(ElectionFlags.Granted) && message.Lineage == election.Memory.Lineage)
        {
            canvass.Grant(from.Id);
            Count(canvass);
        }
        else if (message.Has(ElectionFlags.Founding) && message.Has(ElectionFlags.Born))
            election.Follow(election.Now, message.Lineage, message.Term);
    }

    private ulong NextTerm => Math.Max(Math.Max(election.HighestTerm, election.TermElsewhere), Math.Max(election.Memory.Term, election.Memory.VoteTerm)) + 1;

    private void Ask()
    {
        var canvass = _canvass!;
        if (election.Now < canvass.RetryDue)
            return;
        canvass.RetryDue = election.Now + ElectionRules.RetryPeriod;
        // Nobody is asked for a vote before this node's own is on disk.
        if (!canvass.HasGranted(self))
            return;
        var memory = election.Memory;
        var set = (canvass.Kind & ElectionFlags.Founding) != 0 ? memory.Set : memory.Set with { Voters = [] };
        foreach (var voter in election.Others.Where(voter => !canvass.HasGranted(voter.Id)))
        {
            var question = election.Compose(ElectionMessageKind.Canvass, canvass.Kind, canvass.Number, self, set) with { Term = canvass.Term };
            election.Letters.Add(new(voter, question));
        }
    }

    private void Count(Canvass canvass)
    {
        if (!election.Memory.Set.HasMajority(voter => canvass.HasGranted(voter) || election.HasVoteOf(voter)))
            return;
        _canvass = null;
        if (canvass.IsReal)
            election.Win(canvass);
        else
            Stand();
    }
}

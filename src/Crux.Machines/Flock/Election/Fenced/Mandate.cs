namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>What an elected leader knows of its support: who gave it when, until when it may act, and which voter set each has on disk.</summary>
internal sealed class Mandate(NodeId self, ulong term)
{
    private readonly SortedDictionary<NodeId, Instant> _supportedFrom = [];
    private readonly SortedDictionary<NodeId, SetStamp> _stamps = [];
    private readonly Queue<(ulong Sequence, Instant At)> _rounds = new();
    private readonly List<Instant> _sorted = [];
    private ulong _sequence;
    private Instant _uneasyUntil;

    public ulong Term { get; } = term;

    /// <summary>Until when this leader may act. It never goes back.</summary>
    public Instant Until { get; private set; }

    /// <summary>The set before the present one, while that is not known to be on a majority's disks; null at rest.</summary>
    public VoterSet? Former { get; set; }

    public Instant RoundDue { get; private set; }

    public Instant RetryDue { get; set; }

    public ulong Sequence => _sequence;

    /// <summary>Begins a round of asking.</summary>
    public void BeginRound(Instant now)
    {
        _sequence++;
        _rounds.Enqueue((_sequence, now));
        if (_rounds.Count > ElectionRules.MaxRounds)
            _rounds.Dequeue();
        _supportedFrom[self] = now;
        (RoundDue, RetryDue) = (now + (now < _uneasyUntil ? ElectionRules.UneasyRoundPeriod : ElectionRules.RoundPeriod), now + ElectionRules.RetryPeriod);
    }

    /// <summary>A majority is missing: where it is for longer than by chance, rounds come more often for a while, this one's end included.</summary>
    public void Miss(Instant now)
    {
        if (now - _rounds.Last().At < ElectionRules.UneasyAfter)
            return;
        _uneasyUntil = now + ElectionRules.Unease;
        RoundDue = Instant.Min(RoundDue, Instant.Max(now, _rounds.Last().At + ElectionRules.UneasyRoundPeriod));
    }

    /// <summary>A vote is support too, from the moment on at which it was asked for.</summary>
    public void Support(NodeId voter, Instant askedAt)
    {
        if (!_supportedFrom.TryGetValue(voter, out var since) || since < askedAt)
            _supportedFrom[voter] = askedAt;
    }

    public void Support(NodeId voter, ulong sequence)
    {
        foreach (var (number, at) in _rounds)
        {
            if (number == sequence)
                Support(voter, at);
        }
    }

    public bool SupportsRound(NodeId voter) => _supportedFrom.TryGetValue(voter, out var since) && _rounds.Count > 0 && since >= _rounds.Last().At;

    public bool SupportsSince(NodeId voter, Instant at) => _supportedFrom.TryGetValue(voter, out var since) && since >= at;

    public void Holds(NodeId voter, SetStamp stamp) => _stamps[voter] = stamp;

    public bool Holds(NodeId voter, VoterSet set) => _stamps.TryGetValue(voter, out var stamp) && stamp.CompareTo(set.Stamp) >= 0;

    /// <summary>Works out anew until when the leader may act: a majority must have promised itself, of the set before too while a change is under way.</summary>
    public void Renew(VoterSet set)
    {
        var since = MajoritySince(set);
        if (Former is { } former)
            since = Instant.Min(since, MajoritySince(former));
        if (since > Instant.Zero)
            Until = Instant.Max(Until, since + ElectionRules.LeaseLife);
    }

    /// <summary>Whether enough have the present set on disk: of it, and of the one before.</summary>
    public bool IsCommitted(VoterSet set) => set.HasMajority(id => Holds(id, set)) && (Former is not { } former || former.HasMajority(id => Holds(id, set)));

    /// <summary>It acts no more.</summary>
    public void End(Instant now) => Until = Instant.Min(Until, now);

    private Instant MajoritySince(VoterSet set)
    {
        _sorted.Clear();
        foreach (var voter in set.Voters)
            _sorted.Add(_supportedFrom.GetValueOrDefault(voter.Id));
        _sorted.Sort(static (a, b) => b.CompareTo(a));
        return _sorted.Count == 0 ? Instant.Zero : _sorted[set.Majority - 1];
    }
}

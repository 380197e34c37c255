using System.Collections.Immutable;
using Crux.Machines.Flock.Election.Fenced;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Election;

/// <summary>
/// One leader, provisional and sticky: it leads until it dies, leaves, resigns, or meets a heavier claim. It is good enough for
/// discovery; two may lead for a moment where the view is split.
/// </summary>
internal sealed class Leadership(FlockState state, Rumors rumors)
{
    /// <summary>Claims kept until the claimant's blob has come.</summary>
    public const int MaxUnverified = 8;

    /// <summary>Resignations remembered, so that an old claim doesn't come back. As many islands may merge at once.</summary>
    public const int MaxResigned = 256;

    /// <summary>A second live claim was seen within this time: weights stand still meanwhile.</summary>
    public static readonly TimeSpan ContestedFor = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two revisions of a claim.</summary>
    public static readonly TimeSpan RevisionPeriod = TimeSpan.FromSeconds(1);

    /// <summary>How much longer each further candidate waits for those before it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Who has heard of a leader waits this long for its key before it leads itself.</summary>
    public static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(1);

    /// <summary>A term further than this above the highest seen is no term: counting on from the last one would begin at zero.</summary>
    public const ulong MaxTermLeap = 1UL << 32;

    private readonly List<LeaderClaim> _unverified = [];
    private readonly List<LeaderClaim> _resigned = [];
    private ulong _highestTerm;
    private uint _settledWeight = 1;
    private bool _lostLeader;
    private Instant? _vacantSince;
    private Instant _contestedUntil;
    private Instant _revisionDue;

    public bool IsMine => state.Claim is { } claim && claim.Leader == state.Id && claim.Salt == state.Me.Record.Salt;

    /// <summary>Whether there was a leader, and it is gone.</summary>
    public bool HasLostLeader => _lostLeader;

    /// <summary>The highest term seen in any claim.</summary>
    public ulong HighestTerm => _highestTerm;

    /// <summary>How much longer everybody waits because voters are about to elect.</summary>
    public TimeSpan Grace { get; set; }

    /// <summary>When something is due that no message brings about.</summary>
    public Instant Due
    {
        get
        {
            if (_vacantSince is { } since)
                return (state.IsSettled || state.IsCovered || _lostLeader) && !state.Abstains
                    ? since + Grace + (Patience * state.View.AheadOfMe) + (_unverified.Count > 0 ? Courtesy : TimeSpan.Zero)
                    : Instant.Never;
            return IsMine && WantsRevision ? Instant.Max(_revisionDue, _contestedUntil) : Instant.Never;
        }
    }

    private bool WantsRevision => state.IsSettled && state.Claim!.Weight != state.View.ReachableCount;

    /// <summary>Takes a claim that somebody passed on.</summary>
    public void Learn(LeaderClaim claim, NetAddress teller)
    {
        if (state.Claim?.Digest == claim.Digest || claim.Term > ulong.MaxValue / 2 || claim.Term > _highestTerm + MaxTermLeap)
            return;
        if (claim.IsFenced && !state.MayFollow(claim.Lineage))
            return;
        var slot = state.View.FindLive(claim.Address);
        if (slot?.Blob is not { } blob || claim.Leader != blob.Id)
        {
            // Ten thousand who ask the leader would wait for half a minute. Whoever passes a claim on has checked it, and has the key.
            if (slot is { Blob: null })
                state.WantBlob(slot, teller);
            if (_unverified.Count < MaxUnverified && !_unverified.Exists(other => other.Digest == claim.Digest))
                _unverified.Add(claim);
            return;
        }
        if (state.IsMe(slot))
            Disown(claim);
        else if (claim.IsSignedRight(state, blob) == true)
            Weigh(claim);
    }

    public void Tick()
    {
        Reconsider();
        if (state.Claim is { IsFenced: true } fenced && !state.MayFollow(fenced.Lineage))
            Drop();
        if (state.Claim is not null && !(state.View.TryGet(state.Claim.Address, out var leader) && state.Claim.IsOf(leader)))
            Drop();
        if (state.IsSettled)
            _settledWeight = (uint)state.View.ReachableCount;
        if (state.Claim is null)
            _vacantSince ??= state.Now;
        else
            _vacantSince = null;
        if (state.Now < Due || state.Abstains)
            return;
        if (_vacantSince is not null)
            Claim();
        else if (IsMine && WantsRevision)
            Revise(state.Claim!.Term, (uint)state.View.ReachableCount);
    }

    /// <summary>This node was away too long to still lead; nothing happens where it doesn't.</summary>
    public void Resign()
    {
        // A fenced leader's right ends by its lease, and by nothing else.
        if (!IsMine || state.Claim!.IsFenced)
            return;
        Withdraw(state.Claim!);
        Drop();
    }

    /// <summary>Voters elected this node: its claim goes before all that nobody elected.</summary>
    public void ClaimFenced(UInt128 lineage, ulong term, ImmutableArray<Voter> voters)
    {
        _highestTerm = Math.Max(_highestTerm, term);
        var revision = IsMine ? state.Claim!.Revision + 1 : 1;
        var claim = new LeaderClaim(state.Id, state.Self.Address, state.Me.Record.Salt, term, (uint)state.View.ReachableCount, revision) { Lineage = lineage, Voters = voters };
        Adopt(claim.Signed(state.Signer));
        _revisionDue = state.Now + RevisionPeriod;
    }

    /// <summary>This node's lease is over.</summary>
    public void ResignFenced()
    {
        if (!IsMine || !state.Claim!.IsFenced)
            return;
        Withdraw(state.Claim!);
        Drop();
    }

    // A claim that is not taken back in so many words would live on wherever its end was not seen.
    private void Withdraw(LeaderClaim claim)
    {
        var resignation = (claim with { Weight = 0, Revision = claim.Revision + 1 }).Signed(state.Signer);
        Remember(resignation);
        rumors.Tell(resignation);
    }

    // Somebody still follows a claim of this node that this node no longer makes.
    private void Disown(LeaderClaim claim)
    {
        if (claim.Salt != state.Me.Record.Salt || claim.Resigns || claim.IsSignedRight(state, state.Blob) != true)
            return;
        _highestTerm = Math.Max(_highestTerm, claim.Term);
        if (IsMine)
            rumors.Tell(state.Claim!);
        else
            Withdraw(claim);
    }

    private void Weigh(LeaderClaim claim)
    {
        _highestTerm = Math.Max(_highestTerm, claim.Term);
        if (claim.Resigns)
        {
            if (ResignationOf(claim) is { } known && known.Revision >= claim.Revision)
                return;
            var isSpread = Remember(claim);
            if (state.Claim is { } mine && mine.Leader == claim.Leader && mine.Salt == claim.Salt && mine.Term <= claim.Term)
            {
                Drop();
                isSpread = true;
            }
            if (isSpread)
                rumors.Tell(claim);
            return;
        }
        if (ResignationOf(claim) is { } resignation)
        {
            rumors.Tell(resignation);
            return;
        }
        if (!claim.IsOf(state.View.Find(claim.Address)!.Record))
            return;
        if (state.Claim is not { } held)
            Adopt(claim);
        else if (held.Leader == claim.Leader && held.Salt == claim.Salt)
            AdoptIfNewer(claim, held);
        else
            Contest(claim, held);
    }

    private void AdoptIfNewer(LeaderClaim claim, LeaderClaim held)
    {
        var isNewer = claim.IsFenced != held.IsFenced ? claim.IsFenced : claim.Revision > held.Revision;
        if (claim.Term > held.Term || (claim.Term == held.Term && isNewer))
            Adopt(claim);
    }

    private void Contest(LeaderClaim claim, LeaderClaim held)
    {
        _contestedUntil = state.Now + ContestedFor;
        if (held.IsFenced && !claim.Beats(held))
            rumors.Tell(held);
        else if (claim.Beats(held))
        {
            if (IsMine)
                Withdraw(held);
            Adopt(claim);
        }
        else if (IsMine && claim.Term >= held.Term && state.Now >= _revisionDue)
            Revise(_highestTerm + 1, held.Weight);
        else
            rumors.Tell(held);
    }

    private void Adopt(LeaderClaim claim)
    {
        state.Claim = claim;
        _lostLeader = false;
        _vacantSince = null;
        rumors.Tell(claim);
    }

    private void Drop()
    {
        state.Claim = null;
        _lostLeader = true;
        _vacantSince = state.Now;
    }

    private void Claim()
    {
        var weight = state.IsSettled || state.IsCovered ? (uint)state.View.ReachableCount : Math.Min(_settledWeight, (uint)state.View.ReachableCount);
        _highestTerm++;
        Adopt(new LeaderClaim(state.Id, state.Self.Address, state.Me.Record.Salt, _highestTerm, Math.Max(weight, 1), 1).Signed(state.Signer));
        _revisionDue = state.Now + RevisionPeriod;
    }

    private void Revise(ulong term, uint weight)
    {
        _highestTerm = Math.Max(_highestTerm, term);
        var held = state.Claim!;
        Adopt((held with { Term = term, Weight = weight, Revision = held.Revision + 1 }).Signed(state.Signer));
        _revisionDue = state.Now + RevisionPeriod;
    }

    // Claims that came before their claimant's blob.
    private void Reconsider()
    {
        for (var i = _unverified.Count - 1; i >= 0; i--)
        {
            var claim = _unverified[i];
            var slot = state.View.FindLive(claim.Address);
            if (slot is { Blob: null })
            {
                state.WantBlob(slot);
                continue;
            }
            _unverified.RemoveAt(i);
            if (slot?.Id == claim.Leader)
                Learn(claim, claim.Address);
        }
    }

    // False where another had to be forgotten for it: who forgets must not pass on, or the same news would go round for ever.
    private bool Remember(LeaderClaim claim)
    {
        _resigned.RemoveAll(other => other.Leader == claim.Leader && other.Salt == claim.Salt && other.Term <= claim.Term);
        var isFull = _resigned.Count == MaxResigned;
        if (isFull)
            _resigned.RemoveAt(0);
        _resigned.Add(claim);
        return !isFull;
    }

    private LeaderClaim? ResignationOf(LeaderClaim claim) =>
        _resigned.Find(gone => gone.Leader == claim.Leader && gone.Salt == claim.Salt && gone.Term >= claim.Term);
}

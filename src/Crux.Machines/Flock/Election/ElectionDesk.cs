using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Election.Fenced;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Election;

/// <summary>
/// Ties the fenced election to this node's view: tells it what is seen, signs and checks its messages, puts its memory on disk, and makes
/// the elected one's claim.
/// </summary>
internal sealed class ElectionDesk
{
    /// <summary>How long after its start nobody claims by himself where voters may be about to elect: a promise's time, and then some.</summary>
    public static readonly TimeSpan VotersFirst = TimeSpan.FromSeconds(5.5);

    /// <summary>The same where a leader was lost: when it is given up, promises to it have nearly run out.</summary>
    public static readonly TimeSpan SuccessorFirst = TimeSpan.FromSeconds(3);

    /// <summary>Time between two looks of a leader whether its voters are the right ones.</summary>
    public static readonly TimeSpan ReviewPeriod = TimeSpan.FromMilliseconds(500);

    private readonly FlockState _state;
    private readonly Mail _mail;
    private readonly Leadership _leadership;
    private readonly FencedElection _election;
    private readonly Founding _founding;
    private readonly VoterWatch _watch;
    private ulong _asked;
    private Instant _reviewDue;
    private (UInt128 Lineage, ulong Term, SetStamp Set) _claimed;

    public ElectionDesk(FlockState state, Mail mail, Leadership leadership)
    {
        (_state, _mail, _leadership) = (state, mail, leadership);
        _election = new FencedElection(state.Id, ElectionMemory.Of(state.Memory), new SeededRandom(state.Random.NextUInt64()), state.Now);
        Roll = new VoterRoll(state);
        (_founding, _watch) = (new Founding(state, leadership, _election, Roll), new VoterWatch(state));
    }

    /// <summary>Who should vote.</summary>
    public VoterRoll Roll { get; }

    /// <summary>When something is due that no message brings about.</summary>
    public Instant Due => !IsHeld ? Instant.Never : Instant.Min(_election.Due, IsFenced ? _reviewDue : _founding.Due);

    /// <summary>How the election stands at this node.</summary>
    public ElectionReport Report => new(
        _election.Memory.Lineage, _election.Memory.IsBorn, _election.Memory.Term, _election.Mandate?.Term ?? 0, LeaseUntil, _watch.Report(_election.Memory.Set))
    {
        UnledSince = _election.Memory.IsBorn ? _watch.UnledSince : null,
    };

    /// <summary>Until when this node may act as the one leader.</summary>
    public Instant LeaseUntil => _election.Mandate?.Until ?? Instant.Zero;

    /// <summary>The highest term that this node has heard of anywhere.</summary>
    public ulong HighestTerm => Math.Max(Math.Max(_election.HighestTerm, _leadership.HighestTerm), Math.Max(_election.Memory.Term, _election.Memory.VoteTerm));

    public bool IsFenced => _election.IsFenced(_state.Now);

    private bool IsHeld => _state.Options.MaxVoters > 0;

    /// <summary>Takes a message of a voter, a candidate or a leader; false where it can't be one.</summary>
    public bool OnMessage(Slot sender, MessageKind kind, ref WireReader reader)
    {
        if (ElectionMessage.Read((ElectionMessageKind)kind, ref reader, out var signature) is not { } message)
            return false;
        // Whoever was sealed as another flock, or was not when this one was, has nothing to say here.
        if (!_state.MayFollow(message.Lineage))
            return true;
        if (sender.Blob is not { } blob)
        {
            _state.WantBlob(sender);
            return true;
        }
        if (_state.Verify(blob, message.ToSign(stackalloc byte[ElectionMessage.MaxStatementBytes + 64]), signature) is not { } isSignedRight)
            return true;
        if (!isSignedRight)
            return false;
        // Who was shut out neither leads nor helps anybody to; the set is changed once it is out of the view.
        if (_state.Admission.IsRevoked(blob.Id))
            return true;
        // A lineage is begun by whom this node follows anyway, or by nobody.
        if (message is { Kind: ElectionMessageKind.Canvass } && message.Has(ElectionFlags.Founding) && _state.Claim?.Leader != blob.Id)
            return true;
        _election.Receive(_state.Now, new Voter(blob.Id, sender.Address), message);
        Drain();
        return true;
    }

    /// <summary>A member has left by its own word; if it led, its right to has ended with that.</summary>
    public void OnLeft(Slot leaver)
    {
        if (leaver.Blob is { } blob)
            _election.Release(_state.Now, blob.Id, Roll.HeirOf(_election, blob.Id));
    }

    /// <summary>The operator's word that other voters take the place of those that are lost.</summary>
    public void Refound(RefoundTerms terms, ulong era)
    {
        if (!IsHeld)
            return;
        _election.Refound(_state.Now, terms.Lineage, era, terms.FirstTerm, terms.Voters);
        Drain();
    }

    public void Tick()
    {
        if (!IsHeld)
            return;
        LookAround();
        _founding.Tick();
        if (_state.Now >= _election.Due)
            _election.Tick(_state.Now);
        if (IsFenced && _state.Now >= _reviewDue)
            Review();
        Drain();
        Claim();
        LetOneLeadProvisionally();
        _watch.Tick();
        ShowFence();
    }

    /// <summary>This process ends.</summary>
    public void Leave()
    {
        _election.Leave(_state.Now, Roll.HeirOf(_election, _state.Id));
        Drain();
    }

    // The election knows no view: it is told which terms were heard, whom this node follows, and as what the flock was sealed.
    private void LookAround()
    {
        _election.Raise(_leadership.HighestTerm);
        var followed = _state.Claim is { IsFenced: true } claim && claim.Leader != _state.Id ? claim : null;
        if (followed is not null)
            _election.Follow(_state.Now, followed.Lineage, followed.Term);
        _election.See(_state.Now, followed is not null && followed.Lineage == _election.Memory.Lineage);
        if (_state.Uuid != 0 && !_state.MayFollow(_election.Memory.Lineage))
            _election.Enter(_state.Now, _state.Uuid);
    }

    private void Review()
    {
        _reviewDue = _state.Now + ReviewPeriod;
        if (Roll.NextSet(_election) is { } voters)
            _election.TryChange(_state.Now, voters);
    }

    // An elected leader says so, once for each term and each set of voters, and takes it back when its lease is over.
    private void Claim()
    {
        if (!IsFenced)
        {
            _leadership.ResignFenced();
            return;
        }
        var elected = (_election.Memory.Lineage, _election.Mandate!.Term, _election.Memory.Set.Stamp);
        if (elected == _claimed && _leadership.IsMine && _state.Claim!.IsFenced)
            return;
        _claimed = elected;
        _leadership.ClaimFenced(elected.Lineage, elected.Term, _election.Memory.Set.Voters);
    }

    // There is always somebody who leads, if only provisionally; voters who are about to elect come first.
    private void LetOneLeadProvisionally()
    {
        var areAboutToElect = _election.Memory.IsBorn && Roll.MayElect(_election.Memory.Set);
        _leadership.Grace = !areAboutToElect ? TimeSpan.Zero : _leadership.HasLostLeader ? SuccessorFirst : VotersFirst;
        if (_state.Now >= _leadership.Due)
            _leadership.Tick();
    }

    // What keys, sealing and everybody outside go by.
    private void ShowFence() => _state.Fence = _state.Claim is { IsFenced: true } held
        ? new Fence(held.Lineage, held.Term, held.Leader, held.Address, _leadership.IsMine && IsFenced)
        : null;

    private void Drain()
    {
        if (_asked < _election.Written)
            Write(_asked = _election.Written);
        foreach (var (to, message) in _election.Letters)
        {
            if (!_state.View.TryGet(to.Address, out var record) || !record.IsLive)
                continue;
            var writer = _mail.Write((MessageKind)message.Kind);
            message.WriteSigned(ref writer, _state.Signer);
            _mail.Send(record, writer);
        }
        _election.Letters.Clear();
    }

    private void Write(ulong written) => _state.Durable.Put(DurableKind.Vote, _election.Memory.ToBytes(), () =>
    {
        _election.Persisted(_state.Now, written);
        Drain();
    });
}

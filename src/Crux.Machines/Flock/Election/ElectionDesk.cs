using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Election.Fenced;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Election;

/// <summary>
/// Ties the fenced election to this node's view: signs and checks its messages, puts its memory on disk, has the provisional leader
/// found a lineage, and makes the elected one's claim.
/// </summary>
internal sealed class ElectionDesk
{
    /// <summary>How long after its start nobody claims by himself where voters may be about to elect: a promise's time, and then some.</summary>
    public static readonly TimeSpan VotersFirst = TimeSpan.FromSeconds(5.5);

    /// <summary>The same where a leader was lost: when it is given up, promises to it have nearly run out.</summary>
    public static readonly TimeSpan SuccessorFirst = TimeSpan.FromSeconds(3);

    /// <summary>Time between two looks whether enough members are known.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Time between two looks of a leader whether its voters are the right ones.</summary>
    public static readonly TimeSpan ReviewPeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a node that finds nobody waits before it founds a lineage of its own: in a moment it may be found by others.</summary>
    public static readonly TimeSpan LoneGrace = TimeSpan.FromSeconds(5);

    /// <summary>Least time between two foundings by one node.</summary>
    public static readonly TimeSpan FoundingPeriod = TimeSpan.FromSeconds(2);

    private readonly FlockState _state;
    private readonly Mail _mail;
    private readonly Leadership _leadership;
    private readonly FencedElection _election;
    private readonly VoterRoll _roll;
    private ulong _asked;
    private Instant _foundingDue;
    private Instant _reviewDue;
    private (UInt128 Lineage, ulong Term) _claimed;
    private Instant? _aloneSince;

    public ElectionDesk(FlockState state, Mail mail, Leadership leadership)
    {
        (_state, _mail, _leadership) = (state, mail, leadership);
        _election = new FencedElection(state.Id, ElectionMemory.Of(state.Memory), new SeededRandom(state.Random.NextUInt64()), state.Now);
        _roll = new VoterRoll(state);
    }

    /// <summary>When something is due that no message brings about.</summary>
    public Instant Due => _state.Options.MaxVoters == 0 ? Instant.Never : Instant.Min(_election.Due, IsFenced ? _reviewDue : WantsToFound ? _foundingDue : Instant.Never);

    /// <summary>How the election stands at this node.</summary>
    public ElectionReport Report => new(
        _election.Memory.Lineage, _election.Memory.IsBorn, _election.Memory.Term, _election.Mandate?.Term ?? 0, LeaseUntil,
        [.. _election.Memory.Set.Voters.Select(voter => voter.Id)]);

    /// <summary>Until when this node may act as the one leader.</summary>
    public Instant LeaseUntil => _election.Mandate?.Until ?? Instant.Zero;

    public bool IsFenced => _election.IsFenced(_state.Now);

    private bool WantsToFound => _leadership.IsMine && !_state.Claim!.IsFenced && _state.IsSettled && !_election.Memory.IsBorn;

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
            _election.Release(_state.Now, blob.Id, _roll.HeirOf(_election, blob.Id));
    }

    public void Tick()
    {
        if (_state.Options.MaxVoters == 0)
            return;
        _election.Raise(_leadership.HighestTerm);
        if (_state.Claim is { IsFenced: true } claim && claim.Leader != _state.Id)
            _election.Follow(_state.Now, claim.Lineage, claim.Term);
        _election.See(_state.Now, _state.Claim is { IsFenced: true } seen && seen.Leader != _state.Id && seen.Lineage == _election.Memory.Lineage);
        if (_state.Uuid != 0 && !_state.MayFollow(_election.Memory.Lineage))
            _election.Enter(_state.Now, _state.Uuid);
        if (!WantsToFound || _state.View.ReachableCount > 1)
            _aloneSince = null;
        else if (_aloneSince is null)
            (_aloneSince, _foundingDue) = (_state.Now, Instant.Max(_foundingDue, _state.Now + LoneGrace));
        if (WantsToFound && _state.Now >= _foundingDue)
            Found();
        if (_state.Now >= _election.Due)
            _election.Tick(_state.Now);
        if (IsFenced && _state.Now >= _reviewDue)
            Review();
        Drain();
        Claim();
        Yield(_election.Memory.IsBorn && _roll.MayElect(_election.Memory.Set) ? _leadership.HasLostLeader ? SuccessorFirst : VotersFirst : TimeSpan.Zero);
        _state.Fence = _state.Claim is { IsFenced: true } held ? new Fence(held.Lineage, held.Term, held.Leader, held.Address, _leadership.IsMine && IsFenced) : null;
    }

    /// <summary>This process ends.</summary>
    public void Leave()
    {
        _election.Leave(_state.Now, _roll.HeirOf(_election, _state.Id));
        Drain();
    }

    // There is always somebody who leads, if only provisionally; voters who are about to elect come first.
    private void Yield(TimeSpan grace)
    {
        _leadership.Grace = grace;
        if (_state.Now >= _leadership.Due)
            _leadership.Tick();
    }

    private void Found()
    {
        _foundingDue = _state.Now + LookPeriod;
        if (!_roll.TryChoose(out var lineage, out var voters))
            return;
        _foundingDue = _state.Now + FoundingPeriod;
        _election.Found(_state.Now, lineage, _state.Claim!.Term, voters);
    }

    private void Review()
    {
        _reviewDue = _state.Now + ReviewPeriod;
        if (_roll.NextSet(_election) is { } voters)
            _election.TryChange(_state.Now, voters);
    }

    private void Claim()
    {
        if (!IsFenced)
        {
            if (!_leadership.IsMine || !_state.Claim!.IsFenced)
                return;
            _leadership.ResignFenced();
            return;
        }
        var elected = (_election.Memory.Lineage, _election.Mandate!.Term);
        if (elected == _claimed && _leadership.IsMine && _state.Claim!.IsFenced)
            return;
        _claimed = elected;
        _leadership.ClaimFenced(elected.Lineage, elected.Term);
    }

    private void Drain()
    {
        if (_asked < _election.Written)
        {
            var written = _asked = _election.Written;
            _state.Durable.Put(DurableKind.Vote, _election.Memory.ToBytes(), () =>
            {
                _election.Persisted(_state.Now, written);
                Drain();
            });
        }
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
}

using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// Two machines with one key: a disk was copied. The one that was started first stays; the other is told, goes, and is not let in again
/// while the first one lives. What proves it is two blobs with one signature key: everybody judges for itself.
/// </summary>
internal sealed class Clones(FlockState state, Mail mail, Census census, CloneWatch watch)
{
    /// <summary>Proven pairs remembered; of more, the one whose first machine was seen least lately is forgotten.</summary>
    public const int MaxCases = 64;

    /// <summary>How long the one that is to go has to do so by itself.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>Rounds in which a new pair is passed on, members told in one, and time between two. Its two machines are told in each.</summary>
    public const int Rounds = 4;

    /// <inheritdoc cref="Rounds"/>
    public const int Fanout = 4;

    /// <inheritdoc cref="Rounds"/>
    public static readonly TimeSpan RoundPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>A pair is remembered for so long after its first machine was last seen: a restart of that must not let the other in.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    /// <summary>Who is told to go asks so often whether the other is really there, and goes when it hears it.</summary>
    public const int Questions = 10;

    /// <inheritdoc cref="Questions"/>
    public static readonly TimeSpan QuestionPeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>Proofs checked, and shown to who wants to join, at once and a second.</summary>
    public const int ProofBurst = 16;

    /// <inheritdoc cref="ProofBurst"/>
    public const double ProofsPerSecond = 8;

    private readonly TokenBucket _checks = new(ProofBurst, ProofsPerSecond);
    private readonly TokenBucket _shows = new(ProofBurst, ProofsPerSecond);
    private readonly List<CloneCase> _cases = [];
    private ClonePair? _accusation;
    private int _questionsLeft;
    private Instant _questionDue;

    /// <summary>Says hello to an address: who is told to go asks after the other.</summary>
    public Action<NetAddress>? Hello { get; set; }

    /// <summary>Called once, when this node has found that it is the one to go.</summary>
    public Action<ClonePair>? GoAside { get; set; }

    /// <inheritdoc cref="CloneWatch.IsWatching"/>
    public bool IsWatching => watch.IsWatching;

    public Instant Due
    {
        get
        {
            var due = Instant.Min(watch.Due, _accusation is null ? Instant.Never : _questionDue);
            foreach (var one in _cases)
                due = Instant.Min(due, one.RoundsLeft > 0 ? one.RoundDue : one.IsEnded ? Instant.Never : one.EndsAt);
            return due;
        }
    }

    public void Tick()
    {
        while (watch.Find() is { } found)
            Take(found);
        if (_accusation is { } accusation && state.Now >= _questionDue)
        {
            _questionDue = state.Now + QuestionPeriod;
            if (_questionsLeft-- > 0)
                Hello?.Invoke(accusation.Kept.Address);
            else
                _accusation = null;
        }
        for (var i = _cases.Count - 1; i >= 0; i--)
        {
            if (Lives(_cases[i].Pair.Kept))
                _cases[i].KeptAt = state.Now;
            else if (state.Now - _cases[i].KeptAt >= Memory)
                _cases.RemoveAt(i);
        }
        foreach (var one in _cases)
            Attend(one);
    }

    /// <summary>A challenge came, the answer to a hello of this boot: somebody lives there.</summary>
    public void Meet(MemberRecord record)
    {
        if (_accusation is { } accusation && record.Address == accusation.Kept.Address && record.Salt == accusation.Kept.Salt)
            Resign(accusation);
    }

    /// <summary>Whether a node that introduces itself is the copy of one that is here; then it is told so.</summary>
    public bool Refuses(NodeBlob blob)
    {
        if (_cases.Find(one => one.Pair.Id == blob.Id) is not { } known || known.Pair.Kept.Address == blob.Address || HeirOf(known.Pair.Kept) is not { } kept)
            return false;
        // Both may have been started again since: whoever lives where the first one lived is the first one.
        var pair = new ClonePair(kept, blob);
        if (pair.Aside.Address == blob.Address && _shows.TryTake(state.Now))
            mail.Send(blob.Address, blob.Salt, Write(pair));
        return true;
    }

    /// <summary>Takes a proof, from a member or from whoever this node wants to join.</summary>
    public bool OnProof(ref WireReader reader)
    {
        var first = reader.Take(reader.UInt16());
        var second = reader.Take(reader.UInt16());
        if (reader.Failed || !NodeBlob.TryRead(first, out var one) || !NodeBlob.TryRead(second, out var other))
            return false;
        if (one.Id != other.Id || one.Address == other.Address)
            return false;
        var pair = new ClonePair(one, other);
        if (IsKnown(pair) || !(IsMe(pair.Aside) || Lives(pair.Kept)))
            return true;
        if (!_checks.TryTake(state.Now))
            return true;
        if (!IsSignedRight(one) || !IsSignedRight(other))
            return false;
        Take(pair);
        return true;
    }

    private bool IsKnown(ClonePair pair) => (_accusation?.IsSame(pair) ?? false) || _cases.Exists(one => one.Pair.IsSame(pair));

    private bool IsMe(NodeBlob blob) => blob.Address == state.Self.Address && blob.Salt == state.Me.Record.Salt;

    private bool Lives(NodeBlob blob) => state.View.TryGet(blob.Address, out var record) && record.Status == RecordStatus.Alive && record.Salt == blob.Salt;

    private NodeBlob? HeirOf(NodeBlob kept) => state.View.BlobOf(kept.Address) is { } heir && heir.Id == kept.Id ? heir : null;

    private bool IsSignedRight(NodeBlob blob)
    {
        if (state.View.BlobOf(blob.Address) is { } known && known.Raw.AsSpan().SequenceEqual(blob.Raw))
            return true;
        state.Counters.Verifications++;
        return blob.IsSignedRight(state.Signer);
    }

    private void Take(ClonePair pair)
    {
        if (IsKnown(pair))
            return;
        if (IsMe(pair.Aside))
        {
            // Only who hears the other for itself goes: old proof, told again, must not make anybody leave.
            if (state.View.Find(pair.Kept.Address) is { HeardAt: { } heard } slot && slot.Record.Salt == pair.Kept.Salt && state.Now - heard < state.Options.SilenceWindow)
                Resign(pair);
            else
                (_accusation, _questionsLeft, _questionDue) = (pair, Questions, state.Now);
            return;
        }
        if (_cases.Find(one => one.Pair.Id == pair.Id) is { } before)
            _cases.Remove(before);
        else if (_cases.Count == MaxCases)
            _cases.Remove(_cases.MinBy(one => one.KeptAt.Ticks)!);
        _cases.Add(new CloneCase(pair, state.Now));
        state.Raise(new CloneSeen(pair.Id, pair.Kept.Name, pair.Kept.Address, pair.Aside.Address));
    }

    private void Attend(CloneCase one)
    {
        if (one.RoundsLeft > 0 && state.Now >= one.RoundDue)
        {
            one.RoundsLeft--;
            one.RoundDue = state.Now + RoundPeriod;
            var message = Write(one.Pair);
            Tell(message);
            mail.Send(one.Pair.Aside.Address, one.Pair.Aside.Salt, message);
            if (!IsMe(one.Pair.Kept))
                mail.Send(one.Pair.Kept.Address, one.Pair.Kept.Salt, message);
        }
        if (one.IsEnded || state.Now < one.EndsAt)
            return;
        one.IsEnded = true;
        if (Lives(one.Pair.Kept) && Lives(one.Pair.Aside) && state.View.TryGet(one.Pair.Aside.Address, out var record))
            census.Apply(record with { Status = RecordStatus.Evicted }, state.Self.Address, spread: true);
    }

    private void Tell(WireWriter message)
    {
        for (var told = 0; told < Fanout && state.View.ReachableCount > 1; told++)
        {
            var member = state.View.AnyReachable(state.Random);
            if (!state.IsMe(member))
                mail.Send(member, message);
        }
    }

    private void Resign(ClonePair pair)
    {
        _accusation = null;
        // Who finds out by itself and goes leaves nothing for the others to find: started again, it would be let in for a moment.
        Tell(Write(pair));
        GoAside?.Invoke(pair);
    }

    private WireWriter Write(ClonePair pair)
    {
        var message = mail.Write(MessageKind.Clone);
        message.UInt16((ushort)pair.Kept.Raw.Length);
        message.Bytes(pair.Kept.Raw);
        message.UInt16((ushort)pair.Aside.Raw.Length);
        message.Bytes(pair.Aside.Raw);
        return message;
    }
}

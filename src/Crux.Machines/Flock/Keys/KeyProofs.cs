using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Proves to the leader that this node holds the next generation, and takes the others' proofs where this node leads. A proof is sealed
/// with that generation: who can make one holds it.
/// </summary>
internal sealed class KeyProofs(FlockState state, Mail mail, Rotation rotation)
{
    /// <summary>Time between two proofs to the leader, at first; twice that each time it is not heard.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(300);

    /// <summary>The longest time between two proofs.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private ulong _proved;
    private Instant _due;
    private TimeSpan _wait = FirstWait;

    /// <summary>How far the leader said that the rotation has come.</summary>
    public RotationProgress Heard { get; private set; } = RotationProgress.None;

    /// <summary>When the next proof is due; never where none is.</summary>
    /// <param name="notice">The notice by which this node goes.</param>
    /// <param name="onDisk">The check of the next generation that is on this node's disk.</param>
    public Instant DueFor(KeyNotice? notice, UInt128 onDisk) => Owes(notice, onDisk) ? _due : Instant.Never;

    /// <summary>There is another notice.</summary>
    public void StartOver() => (_due, _wait) = (state.Now + state.Random.Next(FirstWait), FirstWait);

    public void Tick(KeyNotice? notice, UInt128 onDisk)
    {
        if (state.Now < DueFor(notice, onDisk))
            return;
        _due = state.Now + _wait + state.Random.Next(_wait);
        _wait = TimeSpan.FromTicks(Math.Min(_wait.Ticks * 2, MaxWait.Ticks));
        Send(notice!);
    }

    /// <summary>Proves it, and so learns how far the rotation has come.</summary>
    public void Send(KeyNotice notice)
    {
        if (state.Gate.Ring.Find(notice.Next) is not { Time.IsKnown: true } next || !state.View.TryGet(state.Fence!.Value.Address, out var leader))
            return;
        var message = mail.Write(MessageKind.KeyHolds);
        message.UInt64(notice.Digest);
        mail.SendUnder(next, leader.Address, leader.Salt, message);
    }

    public bool OnHolds(KeyNotice? notice, NetAddress from, FrameHeader header, ref WireReader reader)
    {
        var digest = reader.UInt64();
        if (reader.Failed || !header.IsTransient)
            return false;
        if (state.Fence is not { IsMine: true } || notice is null || header.Generation != notice.Next.Tag || state.Gate.Ring.Find(notice.Next) is not { } next)
            return true;
        rotation.NoteHolder(notice.Next, header.Salt, state.Options.MaxMembers);
        var message = mail.Write(MessageKind.KeyHeard);
        message.UInt64(digest);
        rotation.Progress.Write(ref message);
        mail.SendUnder(next, from, header.Salt, message);
        return true;
    }

    public bool OnHeard(KeyNotice? notice, ref WireReader reader)
    {
        var digest = reader.UInt64();
        var progress = RotationProgress.Read(ref reader);
        if (reader.Failed || !reader.AtEnd)
            return false;
        if (digest == notice?.Digest)
            (_proved, Heard) = (digest, progress);
        return true;
    }

    // The next generation is on this node's disk, and the leader has not said that it knows.
    private bool Owes(KeyNotice? notice, UInt128 onDisk) =>
        notice is { Next.IsNone: false } && _proved != notice.Digest && onDisk == notice.Next.Check && state.Fence is { IsMine: false };
}

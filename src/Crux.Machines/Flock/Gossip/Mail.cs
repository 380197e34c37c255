using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>Composes one payload at a time and seals it for whoever is to get it.</summary>
internal sealed class Mail(FlockState state)
{
    private readonly byte[] _scratch = new byte[FrameHeader.MaxPayloadBytes];

    /// <summary>Starts a payload; the one before it is gone.</summary>
    public WireWriter Write(MessageKind kind)
    {
        var writer = new WireWriter(_scratch);
        writer.Byte((byte)kind);
        return writer;
    }

    /// <summary>To a member, bound to its boot.</summary>
    public void Send(Slot to, scoped in WireWriter message) => Seal(to.Address, to.Record.Salt, Reach.Proven, message.Length);

    /// <summary>To a member of which no more than its record is at hand.</summary>
    public void Send(MemberRecord to, scoped in WireWriter message) => Seal(to.Address, to.Salt, Reach.Proven, message.Length);

    /// <summary>To a boot that isn't in the view, or not yet.</summary>
    public void Send(NetAddress to, ulong salt, scoped in WireWriter message) => Seal(to, salt, Reach.Proven, message.Length);

    /// <summary>To a boot, with a generation's key: whoever can read it holds that.</summary>
    public void SendUnder(Keys.Generation generation, NetAddress to, ulong salt, scoped in WireWriter message) =>
        Seal(to, salt, Reach.Proven, message.Length, generation);

    /// <summary>To whoever listens there.</summary>
    public void SendUnbound(NetAddress to, Reach reach, scoped in WireWriter message) => Seal(to, null, reach, message.Length);

    /// <summary>To whoever listens there, with this flock's beacon behind it.</summary>
    public void SendWithBeacon(NetAddress to, Reach reach, scoped in WireWriter message, Beacons beacons)
    {
        var frame = state.Outbox.Reserve();
        if (frame.IsEmpty)
            return;
        var length = state.Gate.Seal(state.Now, to, null, _scratch.AsSpan(0, message.Length), frame, hasBeacon: true);
        length += beacons.Write(frame, frame[length..]);
        state.Outbox.Commit(to, reach, length);
        state.Counters.CountSent(_scratch[0], length);
    }

    private void Seal(NetAddress to, ulong? salt, Reach reach, int length, Keys.Generation? under = null)
    {
        var frame = state.Outbox.Reserve();
        if (frame.IsEmpty)
            return;
        var bytes = state.Gate.Seal(state.Now, to, salt, _scratch.AsSpan(0, length), frame, under);
        state.Outbox.Commit(to, reach, bytes);
        state.Counters.CountSent(_scratch[0], bytes);
    }
}

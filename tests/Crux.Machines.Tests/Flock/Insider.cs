using Crux.Machines.Flock;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Tests.Flock;

/// <summary>A member gone bad: from now on it says what the story wants, in frames and under signatures that are all right.</summary>
internal sealed class Insider : IDisposable
{
    private readonly TestFlock _flock;
    private readonly FrameGate _gate;

    public Insider(TestFlock flock, TestNode body)
    {
        (_flock, Body) = (flock, body);
        body.IsFrozen = true;
        _gate = GateOf(body.Self);
        // Beyond every counter that it has used.
        var frame = new byte[IConfab.MaxDatagramBytes];
        for (var i = 0; i < 5_000; i++)
            _gate.Seal(flock.Now, body.Address, null, [0], frame);
    }

    public TestNode Body { get; }

    public MemberRecord RecordOf(TestNode node, uint incarnation, RecordStatus status = RecordStatus.Alive)
    {
        using var gate = GateOf(node.Self);
        return new MemberRecord(node.Address, incarnation, status, gate.Salt);
    }

    public void Gossip(TestNode to, params MemberRecord[] records) => Gossip(to, [], records);

    public void Gossip(TestNode to, LeaderClaim[] claims, params MemberRecord[] records)
    {
        var message = new WireWriter(new byte[FrameHeader.MaxPayloadBytes]);
        message.Byte((byte)MessageKind.Gossip);
        message.Byte((byte)claims.Length);
        foreach (var claim in claims)
            claim.Write(ref message);
        var cursor = default(BlockCursor);
        foreach (var record in records)
            RecordSection.WriteOne(ref message, ref cursor, record, GossipCodec.Everywhere);
        Send(_gate, Body.Address, to, message.Written);
    }

    /// <summary>Says that observers, itself perhaps among them, alarm on a member.</summary>
    public void Accuse(TestNode to, MemberRecord subject, params Alarm[] alarms)
    {
        var message = new WireWriter(new byte[FrameHeader.MaxPayloadBytes]);
        message.Byte((byte)MessageKind.Verdicts);
        new Verdict(subject, Instant.Zero, alarms, IsLast: false).Write(ref message, Instant.Zero);
        Send(_gate, Body.Address, to, message.Written);
    }

    /// <summary>A sign of life from an address and a boot that the insider made up.</summary>
    public void Beat(TestNode to, NetAddress from, FrameGate gate)
    {
        var message = new WireWriter(new byte[64]);
        message.Byte((byte)MessageKind.Beat);
        message.UInt16(1);
        message.Byte(100);
        new ViewSummary(1, 1, 1, false).Write(ref message);
        Send(gate, from, to, message.Written);
    }

    public FrameGate GateAt(NetAddress address, byte seed) =>
        GateOf(new FlockSelf { Name = "ghost", Address = address, PublicKey = Body.Self.PublicKey, BootSecret = Enumerable.Repeat(seed, FlockSelf.BootSecretBytes).ToArray() });

    public void Dispose() => _gate.Dispose();

    private FrameGate GateOf(FlockSelf self) =>
        new(self, new FlockCredentials("test", new BlocId("bloc"), _flock.Secret), new AesFrameCipherSource(), 16, (_, _) => false);

    private void Send(FrameGate gate, NetAddress from, TestNode to, ReadOnlySpan<byte> payload)
    {
        using var receiver = GateOf(to.Self);
        var frame = new byte[IConfab.MaxDatagramBytes];
        var size = gate.Seal(_flock.Now, to.Address, receiver.Salt, payload, frame);
        _flock.Inject(to.Address, from, frame[..size]);
    }
}

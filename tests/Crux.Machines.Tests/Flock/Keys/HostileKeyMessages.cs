using Crux.Machines.Flock;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Keys;

/// <summary>Nonsense about keys, from one who has the flock file: authentic frames of the join tier, and what they carry is random, cut or bent.</summary>
public sealed class HostileKeyMessages
{
    // Nobody is elected: these tests appoint the fenced leader themselves.
    private static readonly FlockOptions Appointed = new() { Ranges = [TestFlock.Range], MaxVoters = 0 };

    private const int Count = 20_000;

    private readonly TestFlock _flock = new(4) { Signers = new P256SignerSource(), Options = Appointed };
    private readonly List<byte[]> _said = [];
    private readonly SeededRandom _random = new(0xBAD);
    private readonly TestNode _victim;
    private readonly TestNode _thief;
    private readonly FrameGate _gate;
    private readonly ulong _victimSalt;

    public HostileKeyMessages()
    {
        var nodes = _flock.Start(Enumerable.Range(1, 4));
        (_victim, _thief) = (nodes[0], nodes[3]);
        // What honest members say about keys, read with the flock file: the thief's material.
        using var reader = GateOf(_victim.Self);
        _victimSalt = reader.Salt;
        _flock.Sniffer = (from, to, bytes) =>
        {
            if (to == _victim.Address && reader.TryOpen(_flock.Now, from.Address, bytes, out _, out var payload, out _) && (MessageKind)payload[0] >= MessageKind.KeyState)
                _said.Add(payload.ToArray());
        };
        Assert.True(_flock.RunUntil(_flock.IsAtOne, TimeSpan.FromSeconds(5)));
        foreach (var node in nodes)
            node.Machine.State.Fence = new Fence(77, 1, nodes[1].Id, nodes[1].Address, node == nodes[1]);
        Assert.True(_flock.RunUntil(() => nodes.All(node => node.Machine.Keys.Generation == 1), TimeSpan.FromSeconds(20)));
        _flock.Run(Epochs.Grace + TimeSpan.FromSeconds(1));
        _thief.IsDead = true;
        _gate = GateOf(_thief.Self);
        var frame = new byte[IConfab.MaxDatagramBytes];
        for (var i = 0; i < 5_000; i++)
            _gate.Seal(_flock.Now, _victim.Address, null, [1], frame);
    }

    [Fact]
    public void Random_key_messages_change_nothing() => Attack(buffer =>
    {
        var length = 1 + _random.Next(500);
        _random.Fill(buffer[..length]);
        buffer[0] = (byte)((int)MessageKind.KeyState + _random.Next(6));
        return length;
    });

    [Fact]
    public void Truncated_key_messages_change_nothing() => Attack(buffer =>
    {
        var said = _said[_random.Next(_said.Count)];
        said.CopyTo(buffer);
        return 1 + _random.Next(said.Length - 1);
    });

    [Fact]
    public void Bent_key_messages_change_nothing() => Attack(buffer =>
    {
        var said = _said[_random.Next(_said.Count)];
        said.CopyTo(buffer);
        buffer[1 + _random.Next(said.Length - 1)] ^= (byte)(1 + _random.Next(255));
        return said.Length;
    });

    [Fact]
    public void Repeated_key_messages_change_nothing() => Attack(buffer =>
    {
        var said = _said[_random.Next(_said.Count)];
        said.CopyTo(buffer);
        return said.Length;
    });

    [Fact]
    public void What_members_say_among_themselves_is_not_taken_in_the_join_tier()
    {
        var accepted = _victim.Machine.Counters.Accepted;
        for (var kind = MessageKind.Beat; kind <= MessageKind.Goodbye; kind++)
            Send([(byte)kind, 0, 0, 0, 1]);
        for (var kind = MessageKind.KeyHolds; kind <= MessageKind.Order; kind++)
            Send([(byte)kind, 0, 0, 0, 1]);
        Assert.Equal(accepted, _victim.Machine.Counters.Accepted);
        Assert.Equal(15, _victim.Machine.Counters.Rejected(RejectReason.WrongTier));
    }

    [Fact]
    public void A_million_replayed_transient_frames_are_refused_and_so_are_those_of_last_epochs()
    {
        var heard = new List<(NetAddress From, byte[] Bytes)>();
        _flock.Sniffer = (from, to, bytes) =>
        {
            if (to == _victim.Address && FrameHeader.Read(bytes).IsTransient)
                heard.Add((from.Address, bytes));
        };
        _flock.Run(TimeSpan.FromSeconds(100));
        var machine = _victim.Machine;
        var (accepted, trials) = (machine.Counters.Accepted, machine.State.Gate.Trials);
        for (var i = 0; i < 1_000_000; i++)
        {
            var (from, bytes) = heard[_random.Next(heard.Count)];
            machine.Receive(_flock.Now, from, bytes, _victim.Outbox);
            _victim.Outbox.Clear();
        }
        Assert.Equal(accepted, machine.Counters.Accepted);
        Assert.Equal(trials, machine.State.Gate.Trials);
        Assert.True(_flock.RunUntil(() => _flock.IsAtOne([.. _flock.Living]), TimeSpan.FromSeconds(20)));
    }

    private delegate int Forge(Span<byte> buffer);

    private void Attack(Forge forge)
    {
        var before = _victim.Machine.Keys;
        var buffer = new byte[FrameHeader.MaxPayloadBytes];
        for (var i = 0; i < Count; i++)
        {
            var length = forge(buffer);
            Send(buffer.AsSpan(0, length));
        }
        var after = _victim.Machine.Keys;
        Assert.Equal((before.Generation, before.Next, before.Refused), (after.Generation, after.Next, after.Refused));
        Assert.InRange(_victim.Machine.State.Gate.Ring.Count, 1, 1);
        Assert.InRange((after.Age - before.Age).TotalSeconds, 0, 3);
        _victim.Machine.State.Gate.Unreadable = null;
        Assert.True(_flock.RunUntil(() => _flock.IsAtOne([.. _flock.Living]), TimeSpan.FromSeconds(20)), DiscoveryStories.Describe(_flock));
    }

    private void Send(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[IConfab.MaxDatagramBytes];
        var size = _gate.Seal(_flock.Now, _victim.Address, _victimSalt, payload, frame);
        // Of the join tier, whatever it says.
        Assert.False(FrameHeader.Read(frame).IsTransient);
        _victim.Machine.Receive(_flock.Now += TimeSpan.FromTicks(100), _thief.Address, frame.AsSpan(0, size), _victim.Outbox);
        _victim.Outbox.Clear();
    }

    private FrameGate GateOf(FlockSelf self) => new(self, new FlockCredentials("test", new BlocId("bloc"), _flock.Secret), new AesFrameCipherSource(), 16, (_, _) => false);
}

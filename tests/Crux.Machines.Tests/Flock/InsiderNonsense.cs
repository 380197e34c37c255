using Crux.Machines.Flock;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock;

/// <summary>What a member sends may be nonsense too: authentic, and still never thrown at.</summary>
public sealed class InsiderNonsense
{
    private const int Count = 200_000;

    [Fact]
    public void Authentic_nonsense_of_every_kind_is_never_thrown_at()
    {
        // Made-up members are believed in, up to the limit: a low one keeps the test quick.
        var flock = new TestFlock(1) { Options = new() { Ranges = [TestFlock.Range], MaxMembers = 64 } };
        var nodes = flock.Start(Enumerable.Range(1, 3));
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(3)));
        var (insider, victim) = (nodes[0], nodes[1]);
        insider.IsDead = true;
        // The insider's gate again, with its counter moved beyond everything it has used.
        using var gate = new FrameGate(insider.Self, new FlockCredentials("test", new BlocId("bloc"), flock.Secret), new AesFrameCipherSource(), 16, (_, _) => false);
        var frame = new byte[IConfab.MaxDatagramBytes];
        for (var i = 0; i < 5_000; i++)
            gate.Seal(default, victim.Address, null, [0], frame);
        using var victimGate = new FrameGate(victim.Self, new FlockCredentials("test", new BlocId("bloc"), flock.Secret), new AesFrameCipherSource(), 16, (_, _) => false);

        var random = new SeededRandom(2);
        var outbox = new FlockOutbox();
        var payload = new byte[FrameHeader.MaxPayloadBytes];
        var rejected = victim.Machine.Counters.RejectedTotal;
        for (var i = 0; i < Count; i++)
        {
            var length = 1 + random.Next(random.Next(4) == 0 ? payload.Length : 80);
            random.Fill(payload.AsSpan(0, length));
            // Small numbers make counts and families that look right.
            for (var j = 0; j < length && random.Next(3) > 0; j++)
                payload[j] = (byte)random.Next(6);
            payload[0] = (byte)random.Next(17);
            var size = gate.Seal(default, victim.Address, random.Next(4) == 0 ? null : victimGate.Salt, payload.AsSpan(0, length), frame);
            victim.Machine.Receive(flock.Now + (TimeSpan.FromTicks(100) * i), insider.Address, frame.AsSpan(0, size), outbox);
            outbox.Clear();
        }
        Assert.InRange(victim.View.Members.Length, 1, 64);
        Assert.True(victim.Machine.Counters.RejectedTotal - rejected > Count / 10);
        Assert.True(victim.Machine.Counters.Rejected(RejectReason.Malformed) > 0);
    }
}

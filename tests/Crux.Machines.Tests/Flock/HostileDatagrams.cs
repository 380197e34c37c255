using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Tests.Flock;

/// <summary>A million datagrams of each kind of nonsense into a live machine: counted, never thrown, and nothing kept.</summary>
public sealed class HostileDatagrams
{
    private const int Count = 1_000_000;

    /// <summary>Each attack spreads over this much of the machine's time: a rate that a fast link could deliver.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that may be allocated per datagram on average. A forged tag costs the exception that the runtime signals it with.</summary>
    private const long MaxBytesPerDatagram = 1_500;

    private readonly TestFlock _flock;
    private readonly TestNode _victim;
    private readonly List<(NetAddress From, byte[] Bytes)> _captured = [];
    private readonly List<(NetAddress From, byte[] Bytes)> _fresh = [];
    private readonly SeededRandom _random = new(0xC0FFEE);

    public HostileDatagrams()
    {
        _flock = new TestFlock(1);
        var nodes = _flock.Start(Enumerable.Range(1, 4));
        _victim = nodes[0];
        _flock.Sniffer = (from, to, bytes) =>
        {
            if (to == _victim.Address)
                (_victim.IsDeaf ? _fresh : _captured).Add((from.Address, bytes));
        };
        Assert.True(_flock.RunUntil(_flock.IsAtOne, TimeSpan.FromSeconds(3)));
        _flock.Run(TimeSpan.FromSeconds(3));
        // Good frames that never arrived: only what is done to them keeps them from being accepted.
        _victim.IsDeaf = true;
        _flock.Run(TimeSpan.FromSeconds(1));
        _victim.IsDeaf = false;
        // Nobody in doubt, and nothing on its way: what comes of an attack is due to it.
        Assert.True(_flock.RunUntil(_flock.IsAtOne, TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void A_million_random_datagrams() => Attack(_captured, (buffer, _) =>
    {
        var length = _random.Next(IConfab.MaxDatagramBytes + 100);
        // A tenth has a right-looking beginning; what follows is noise.
        _random.Fill(buffer[..Math.Min(length, 64)]);
        if (length > 20 && _random.Next(10) == 0)
            _captured[_random.Next(_captured.Count)].Bytes.AsSpan(0, 6).CopyTo(buffer);
        return length;
    });

    [Fact]
    public void A_million_truncated_datagrams() => Attack(_fresh, (buffer, captured) =>
    {
        captured.CopyTo(buffer);
        return _random.Next(captured.Length);
    });

    [Fact]
    public void A_million_datagrams_with_flipped_bits() => Attack(_fresh, (buffer, captured) =>
    {
        captured.CopyTo(buffer);
        var at = _random.Next(captured.Length);
        for (var end = Math.Min(at + 1 + _random.Next(4), captured.Length); at < end; at++)
            buffer[at] ^= (byte)(1 + _random.Next(255));
        return captured.Length;
    });

    [Fact]
    public void A_million_replayed_datagrams()
    {
        var accepted = _victim.Machine.Counters.Accepted;
        Attack(_captured, (buffer, captured) =>
        {
            captured.CopyTo(buffer);
            return captured.Length;
        });
        Assert.Equal(accepted, _victim.Machine.Counters.Accepted);
        Assert.Equal(Count, _victim.Machine.Counters.Rejected(RejectReason.Replay));
    }

    private delegate int Forge(Span<byte> buffer, ReadOnlySpan<byte> captured);

    private void Attack(List<(NetAddress From, byte[] Bytes)> material, Forge forge)
    {
        var machine = _victim.Machine;
        var before = machine.Snapshot;
        var (rejected, sent) = (machine.Counters.RejectedTotal, machine.Counters.Sent);
        var buffer = new byte[IConfab.MaxDatagramBytes + 100];
        var outbox = new FlockOutbox();
        var events = 0;
        var start = _flock.Now;
        // Time stands still for everybody else: nothing but the attack reaches the machine.
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++)
        {
            var (from, captured) = material[_random.Next(material.Count)];
            var length = forge(buffer, captured);
            machine.Receive(start + (Duration * ((double)i / Count)), from, buffer.AsSpan(0, length), outbox);
            foreach (var news in outbox.Events)
                events += news is DatagramRejected ? 1 : 0;
            if (!outbox.Datagrams.IsEmpty)
                Assert.Fail("Something was said in answer.");
            outbox.Clear();
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated / Count} B per datagram; {events} events; {string.Join(' ', Enum.GetValues<RejectReason>().Select(reason => $"{reason} {machine.Counters.Rejected(reason)}"))}");
        Assert.Equal(Count, machine.Counters.RejectedTotal - rejected);
        Assert.Equal(sent, machine.Counters.Sent);
        Assert.Same(before, machine.Snapshot);
        Assert.InRange(events, 1, 3);
        Assert.InRange(allocated / Count, 0, MaxBytesPerDatagram);
        // And it still works.
        Assert.True(_flock.RunUntil(_flock.IsAtOne, TimeSpan.FromSeconds(20)), DiscoveryStories.Describe(_flock));
    }
}

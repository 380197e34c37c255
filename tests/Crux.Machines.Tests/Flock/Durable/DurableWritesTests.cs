using Crux.Machines.Flock;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Tests.Flock.Durable;

public sealed class DurableWritesTests
{
    private readonly FlockState _state = NewState();
    private readonly List<string> _done = [];

    [Fact]
    public void What_waits_for_a_write_goes_on_when_it_is_on_disk_and_not_before()
    {
        Put(DurableKind.Vote, 1);
        var write = Assert.Single(TakeWrites());
        Assert.Equal((DurableKind.Vote, 1), (write.Kind, write.Content.Span[0]));
        Assert.Empty(_done);
        _state.Durable.Persisted(write.Ticket);
        Assert.Equal(["Vote 1"], _done);
        Assert.False(_state.Durable.IsBusy(DurableKind.Vote));
    }

    [Fact]
    public void While_one_is_under_way_only_the_newest_of_those_after_it_is_written()
    {
        Put(DurableKind.Vote, 1);
        var first = Assert.Single(TakeWrites());
        Put(DurableKind.Vote, 2);
        Put(DurableKind.Vote, 3);
        Assert.Empty(TakeWrites());
        _state.Durable.Persisted(first.Ticket);
        var next = Assert.Single(TakeWrites());
        Assert.Equal(3, next.Content.Span[0]);
        _state.Durable.Persisted(next.Ticket);
        Assert.Equal(["Vote 1", "Vote 3"], _done);
    }

    [Fact]
    public void Kinds_do_not_wait_for_each_other()
    {
        Put(DurableKind.Vote, 1);
        Put(DurableKind.Keys, 2);
        var writes = TakeWrites();
        Assert.Equal(2, writes.Count);
        _state.Durable.Persisted(writes[1].Ticket);
        Assert.Equal(["Keys 2"], _done);
    }

    [Fact]
    public void What_is_put_on_disk_is_a_copy()
    {
        byte[] content = [1];
        _state.Durable.Put(DurableKind.Vote, content);
        content[0] = 2;
        Assert.Equal(1, Assert.Single(TakeWrites()).Content.Span[0]);
    }

    [Fact]
    public void A_ticket_that_nobody_waits_for_is_a_broken_invariant()
    {
        Put(DurableKind.Vote, 1);
        var write = Assert.Single(TakeWrites());
        Assert.Throws<InvalidOperationException>(() => _state.Durable.Persisted(write.Ticket + 1));
        _state.Durable.Persisted(write.Ticket);
        Assert.Throws<InvalidOperationException>(() => _state.Durable.Persisted(write.Ticket));
    }

    [Fact]
    public void A_state_has_a_longest_length()
    {
        Assert.Throws<ArgumentException>(() => _state.Durable.Put(DurableKind.Keys, new byte[FlockMemory.MaxContentBytes + 1]));
        Assert.Empty(TakeWrites());
    }

    private static FlockState NewState()
    {
        var signer = new HashSignerSource().For(1);
        var self = new FlockSelf { Name = "node1", Address = TestFlock.AddressOf(1), PublicKey = signer.PublicKey, BootSecret = new byte[FlockSelf.BootSecretBytes] };
        return new FlockState(self, new FlockCredentials("test", new BlocId("bloc"), new byte[32]), new FlockOptions(), signer, new AesFrameCipherSource(), 1, new Instant(TimeSpan.TicksPerHour));
    }

    private void Put(DurableKind kind, byte content) => _state.Durable.Put(kind, [content], () => _done.Add($"{kind} {content}"));

    private List<DurableWrite> TakeWrites()
    {
        var writes = _state.Outbox.Writes.ToList();
        _state.Outbox.Clear();
        return writes;
    }
}

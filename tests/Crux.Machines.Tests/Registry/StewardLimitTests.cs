using System.Collections.Immutable;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>What one reeve can make the steward hold, whatever it says.</summary>
public sealed class StewardLimitTests
{
    private static readonly Instant Now = new(TimeSpan.TicksPerHour);
    private readonly StewardMachine _steward = new(Now, Led(), new StewardOptions { MaxEntriesPerNode = 3, MaxEntries = 4 });
    private readonly StewardOutbox _outbox = new();

    [Fact]
    public void Removing_what_was_never_there_frees_no_room()
    {
        Attend(new SnapshotReport([Entry("a"), Entry("b"), Entry("c")], 1));
        _steward.Receive(Now, 1, new ChangeReport([Entry("d"), Entry("e")], Gone("x", "y", "z", "x"), 2), _outbox);

        Assert.Equal(3, _steward.Count);
        Assert.Equal("It reports 5 entries, and 3 is the most for one node.", Assert.Single(_outbox.Ends).Why);
    }

    [Fact]
    public void Removing_one_entry_twice_frees_room_for_one()
    {
        Attend(new SnapshotReport([Entry("a"), Entry("b"), Entry("c")], 1));
        _steward.Receive(Now, 1, new ChangeReport([Entry("d"), Entry("e")], Gone("a", "a"), 2), _outbox);

        Assert.Equal("It reports 4 entries, and 3 is the most for one node.", Assert.Single(_outbox.Ends).Why);
    }

    [Fact]
    public void A_full_node_may_change_what_it_has_and_put_one_in_the_place_of_another()
    {
        Attend(new SnapshotReport([Entry("a"), Entry("b"), Entry("c")], 1));
        _steward.Receive(Now, 1, new ChangeReport([Entry("a") with { Status = ServiceStatus.Draining }], [], 2), _outbox);
        _steward.Receive(Now, 1, new ChangeReport([Entry("d"), Entry("d")], Gone("b"), 3), _outbox);

        Assert.Empty(_outbox.Ends);
        Assert.Equal(["a", "c", "d"], _steward.Entries.Select(entry => entry.InstanceId));
    }

    [Fact]
    public void Entries_of_a_former_life_take_no_room_beyond_the_limits()
    {
        Attend(new SnapshotReport([Entry("a"), Entry("b"), Entry("c")], 1) { Life = 1 });
        _steward.Receive(Now, 1, new SnapshotReport([], 0) { Life = 2 }, _outbox);
        Assert.Equal(3, _steward.Count);
        _steward.Receive(Now, 1, new ChangeReport([Entry("a")], [], 1), _outbox);
        Assert.Equal(3, _steward.Count);
        _steward.Receive(Now, 1, new ChangeReport([Entry("d")], [], 2), _outbox);

        Assert.Empty(_outbox.Ends);
        Assert.Equal(["a", "d"], _steward.Entries.Select(entry => entry.InstanceId));
    }

    private void Attend(SnapshotReport snapshot)
    {
        Assert.True(_steward.Open(1, Group.Id(2), _outbox));
        _steward.Receive(Now, 1, snapshot, _outbox);
        _outbox.Clear();
    }

    private static GroupSnapshot Led() => Group.Of(Group.Node(1), Group.Node(2)) with { Leader = Group.Id(1), Token = new GroupToken(1, 1, 0) };

    private static ImmutableArray<Departure> Gone(params string[] ids) => [.. ids.Select(id => new Departure(id, DepartureKind.Left, "said goodbye"))];

    private static ServiceEntry Entry(string id) => Group.Entry(2, "galumph2_3", id);
}

using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Machines.Tests.Registry;

namespace Crux.Machines.Tests.Health;

public sealed class HealthminderMachineTests
{
    private const long Hour = 3_600_000;

    private readonly List<HealthRecord> _records = [];
    private readonly HealthminderMachine _machine = New();

    [Fact]
    public void Who_was_up_when_and_why_not_is_told_of_each_place()
    {
        Up(1 * Hour, 2);
        Gone(3 * Hour, 2, DepartureKind.Failed, "no beat for 15 s");
        Up(4 * Hour, 2);
        _machine.Hear(5 * Hour, News(Entry(2) with { Status = ServiceStatus.Draining }), _records);
        Gone(6 * Hour, 2, DepartureKind.Left, "said goodbye");

        var line = Assert.Single(Report(HealthLevel.Place, from: 0, until: 8 * Hour, pieces: 8));

        Assert.Equal(("galumph2_3", "node2", " ==x=~--"), (line.Name, line.Node, line.Timeline));
        Assert.Equal((HealthState.Left, "said goodbye"), (line.State, line.Reason));
        Assert.Equal(new HealthTally(0, 3 * Hour, 1 * Hour, 1 * Hour, 2 * Hour), line.Tally);
        Assert.Equal(["", "no beat for 15 s", "", "draining", "said goodbye"], line.Changes.Select(change => change.Reason));
    }

    [Fact]
    public void An_outage_of_a_second_shows_in_a_piece_of_an_hour()
    {
        Up(0, 2);
        Gone(Hour + 500, 2, DepartureKind.Failed, "no beat");
        Up(Hour + 1500, 2);

        Assert.Equal("=/=", Assert.Single(Report(HealthLevel.Place, 0, 3 * Hour, 3)).Timeline);
    }

    [Fact]
    public void Of_many_the_best_is_told_and_that_some_are_down_shows()
    {
        Up(0, 2);
        Up(0, 3);
        Up(0, 4, "other3_1");
        Gone(Hour, 3, DepartureKind.Lost, "its node has left the flock");

        var service = Report(HealthLevel.Service, 0, 2 * Hour, 2)[0];
        Assert.Equal(("galumph2", HealthState.Up, 1, 2, "=/"), (service.Name, service.State, service.Up, service.Expected, service.Timeline));
        Assert.Equal(["node2", "node3", "node4"], Report(HealthLevel.Node, 0, 2 * Hour, 2).Select(line => line.Name));
        var group = Assert.Single(Report(HealthLevel.Group, 0, 2 * Hour, 2));
        Assert.Equal((Group.Name, 2, 3, 1), (group.Name, group.Up, group.Expected, group.ChangeCount));
    }

    [Fact]
    public void Who_left_on_purpose_is_not_missed()
    {
        Up(0, 2);
        Up(0, 3);
        Gone(Hour, 3, DepartureKind.Left, "said goodbye");

        var line = Assert.Single(Report(HealthLevel.Instance, 0, 2 * Hour, 2));
        Assert.Equal((1, 1, "=="), (line.Up, line.Expected, line.Timeline));
    }

    [Fact]
    public void A_second_process_of_the_same_service_covers_for_the_first()
    {
        Up(0, 2);
        _machine.Hear(1, News(Entry(2) with { InstanceId = "second" }), _records);
        Gone(Hour, 2, DepartureKind.Failed, "no beat");

        var line = Assert.Single(Report(HealthLevel.Place, 0, 2 * Hour, 2));
        Assert.Equal((HealthState.Up, 0, "=="), (line.State, line.ChangeCount, line.Timeline));
    }

    [Fact]
    public void A_node_out_of_sight_makes_its_services_unknown_until_it_is_back()
    {
        Up(0, 2);
        _machine.See(Hour, [Group.Id(2)], _records);
        _machine.See(2 * Hour, [], _records);

        Assert.Equal("=?=", Assert.Single(Report(HealthLevel.Place, 0, 3 * Hour, 3)).Timeline);
    }

    [Fact]
    public void Changes_without_room_are_rolled_up_and_their_time_still_counts()
    {
        for (var i = 0; i < 400; i++)
        {
            Up((2 * i) * 1000, 2);
            Gone((2 * i + 1) * 1000, 2, DepartureKind.Failed, "flaps");
        }

        var line = Assert.Single(Report(HealthLevel.Place, 0, 800_000, 4));
        Assert.Equal(16, _machine.ChangeCount);
        Assert.Equal((800, "////"), (line.ChangeCount, line.Timeline));
        Assert.Equal(800_000, line.Tally.TotalMs);
        Assert.InRange(line.Tally.UpMs, 399_000, 401_000);
    }

    [Fact]
    public void Half_a_day_is_told_whatever_is_forgotten()
    {
        Up(0, 2);
        Gone(Hour, 2, DepartureKind.Failed, "no beat");
        Up(20 * Hour, 2);
        Up(20 * Hour, 3);
        Gone(21 * Hour, 3, DepartureKind.Failed, "no beat");
        _machine.Forget(32 * Hour);

        Assert.Equal("x=", Report(HealthLevel.Place, 19 * Hour, 21 * Hour, 2)[0].Timeline);
        Assert.Equal(2, _machine.Count);
        _machine.Forget(46 * Hour);
        Assert.Equal(1, _machine.Count);
        Assert.Equal(22 * Hour, _machine.SinceUnixMs);
    }

    [Fact]
    public void Beyond_the_limit_nothing_is_recorded_and_that_is_counted()
    {
        var machine = new HealthminderMachine(1, Group.Name, new HealthHistoryOptions { MaxSubjects = 1 });
        machine.Hear(0, News(Entry(2)), _records);
        machine.Hear(0, News(Entry(3)), _records);

        Assert.Equal((1, 1L), (machine.Count, machine.Unrecorded));
    }

    [Fact]
    public void Whoever_takes_the_records_holds_the_same_history()
    {
        var follower = New();
        follower.Adopt(_machine.Export());
        Up(0, 2);
        Up(1, 3);
        _machine.See(Hour, [Group.Id(3)], _records);
        Gone(2 * Hour, 2, DepartureKind.Failed, "no beat");
        Assert.All(_records, record => Assert.True(follower.Take(record)));

        Same(_machine, follower);
        Assert.False(follower.Take(_records[0]));
        Assert.True(_machine.IsCurrent(follower.Edition, follower.Sequence));
    }

    [Fact]
    public void A_leader_that_began_late_learns_the_rest_from_another_voter()
    {
        Up(0, 2);
        Gone(Hour, 2, DepartureKind.Failed, "no beat");
        Up(2 * Hour, 2);
        var late = New();
        late.Lead(edition: 7);
        late.Hear(3 * Hour, News(Entry(2)), []);
        late.Hear(3 * Hour, News(Entry(3)), []);

        Assert.True(late.Merge(_machine.Export(), edition: 8));
        Assert.False(late.Merge(_machine.Export(), edition: 9));

        Assert.Equal(["=x==", "   ="], late.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4)).Select(line => line.Timeline));
        Assert.Equal((8ul, 0L), (late.Edition, late.SinceUnixMs));
    }

    [Fact]
    public void Who_adopts_the_leaders_book_keeps_what_it_alone_remembers()
    {
        Up(0, 2);
        Up(0, 4);
        var leader = New();
        leader.Lead(edition: 7);
        leader.Hear(3 * Hour, News(Entry(2)), []);

        _machine.Adopt(leader.Export());

        Assert.Equal(["====", "===x"], Report(HealthLevel.Place, 0, 4 * Hour, 4).Select(line => line.Timeline));
        Assert.Equal((7ul, leader.Sequence), (_machine.Edition, _machine.Sequence));
    }

    [Fact]
    public void A_node_that_was_restarted_knows_what_it_kept_and_that_nobody_kept_the_record_meanwhile()
    {
        Up(0, 2);
        Up(0, 3);
        var again = New();
        Remember(again, _machine.Export());
        Assert.Equal(["=???", "=???"], again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4)).Select(line => line.Timeline));

        again.Lead(edition: 7);
        again.Hear(2 * Hour, News(Entry(2)), []);
        Assert.True(again.Recall(edition: 8));
        Assert.False(again.Recall(edition: 9));

        Assert.Equal(["=?==", "=???"], again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4)).Select(line => line.Timeline));
        // A daemon that has just started doesn't know yet what runs beside it: only after a while is missed who is not back.
        var view = Group.Of(Group.Node(1), Group.Node(2), Group.Node(3));
        again.Reconcile(2 * Hour, new RegistryState([Entry(2)], new HashSet<NodeId>(), view), []);
        Assert.Equal("=???", again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4))[1].Timeline);
        again.Miss(3 * Hour, []);
        Assert.Equal("=??x", again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4))[1].Timeline);
    }

    [Fact]
    public void What_another_voter_only_remembers_too_is_not_taken_for_gone()
    {
        Up(0, 2);
        var (again, other) = (New(), New());
        Remember(again, _machine.Export());
        Remember(other, _machine.Export());

        again.Lead(edition: 7);
        Assert.True(again.Merge(other.Export(), edition: 8));
        again.Recall(edition: 9);
        again.Reconcile(2 * Hour, new RegistryState([], new HashSet<NodeId>(), Group.Of(Group.Node(1), Group.Node(2))), []);
        again.Hear(2 * Hour, News(Entry(2)), []);
        again.Miss(3 * Hour, []);

        Assert.Equal("=?==", Assert.Single(again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4))).Timeline);
    }

    [Fact]
    public void Another_voter_that_follows_before_it_was_asked_takes_nobody_whom_it_remembers_for_gone()
    {
        Up(0, 2);
        var (again, other) = (New(), New());
        Remember(again, _machine.Export());
        Remember(other, _machine.Export());

        again.Lead(edition: 7);
        other.Adopt(again.Export());
        Assert.True(again.Merge(other.Export(), edition: 8));
        again.Recall(edition: 9);
        again.Hear(2 * Hour, News(Entry(2)), []);

        Assert.Equal("=?==", Assert.Single(again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4))).Timeline);
    }

    [Fact]
    public void What_others_recorded_while_a_node_was_away_goes_before_what_it_remembers()
    {
        Up(0, 2);
        var (kept, other) = (_machine.Export(), New());
        other.Adopt(kept);
        other.Hear(2 * Hour, new RegistryNews(0, Entry(2), DepartureKind.Failed, "no beat"), []);
        other.Hear(3 * Hour, News(Entry(2)), []);
        var again = New();
        Remember(again, kept);

        again.Lead(edition: 7);
        again.Hear(4 * Hour, News(Entry(2)), []);
        Assert.True(again.Merge(other.Export(), edition: 8));
        again.Recall(edition: 9);

        Assert.Equal("==x==", Assert.Single(again.Report(Question(HealthLevel.Place, 0, 5 * Hour, 5))).Timeline);
    }

    [Fact]
    public void A_restarted_voter_that_follows_takes_the_leaders_book_and_keeps_what_is_older()
    {
        Up(0, 2);
        var again = new HealthminderMachine(2, Group.Name, new HealthHistoryOptions());
        Remember(again, _machine.Export());
        // Though the leader has made no record since, its book says more: that all is well.
        Assert.False(_machine.IsCurrent(again.Edition, again.Sequence));
        var leader = New();
        leader.Lead(edition: 7);
        leader.Hear(2 * Hour, News(Entry(2)), []);

        again.Adopt(leader.Export());

        Assert.Equal("=?==", Assert.Single(again.Report(Question(HealthLevel.Place, 0, 4 * Hour, 4))).Timeline);
        Assert.True(leader.IsCurrent(again.Edition, again.Sequence));
    }

    [Fact]
    public void A_follower_that_comes_to_lead_is_current_to_those_who_followed_as_far()
    {
        var (second, third) = (New(), New());
        Up(0, 2);
        second.Adopt(_machine.Export());
        third.Adopt(_machine.Export());
        second.Lead(edition: 9);

        Assert.True(second.IsCurrent(third.Edition, third.Sequence));
        second.Hear(Hour, News(Entry(3)), []);
        Assert.False(second.IsCurrent(third.Edition, third.Sequence));
    }

    [Fact]
    public void What_went_while_the_leader_changed_is_found_missing_and_of_the_unheard_nothing_is_said()
    {
        Up(0, 2);
        Up(0, 3);
        Up(0, 4);
        var view = Group.Of(Group.Node(1), Group.Node(2), Group.Node(3));

        _machine.Reconcile(Hour, new RegistryState([Entry(2)], new HashSet<NodeId> { Group.Id(3) }, view), _records);

        Assert.Equal(
            [(HealthState.Up, ""), (HealthState.Up, ""), (HealthState.Down, "its node has left the flock")],
            Report(HealthLevel.Place, 0, 2 * Hour, 2).Select(line => (line.State, line.Reason)));
    }

    // A new leader's reeve may not have had word of the goodbye that its healthminder has on record.
    [Fact]
    public void Who_said_goodbye_is_not_there_again_because_a_new_leader_had_not_heard_of_it()
    {
        Up(0, 2);
        _machine.Hear(Hour, News(Entry(2)) with { Departure = DepartureKind.Left, Reason = "said goodbye" }, _records);
        _records.Clear();
        var view = Group.Of(Group.Node(1), Group.Node(2));

        _machine.Reconcile(2 * Hour, new RegistryState([Entry(2)], new HashSet<NodeId> { Group.Id(2) }, view), _records);
        Assert.Empty(_records);

        _machine.Reconcile(2 * Hour, new RegistryState([Entry(2)], new HashSet<NodeId>(), view), _records);
        Assert.Equal(HealthRecordKind.There, Assert.Single(_records).Kind);
    }

    [Fact]
    public void A_process_that_serves_another_version_ends_the_history_of_the_one_before()
    {
        var steward = new StewardMachine(default, Group.Of(Group.Node(1)) with { Leader = Group.Id(1), Token = new GroupToken(1, 1, 0) }, new StewardOptions());
        var outbox = new StewardOutbox();
        steward.Open(1, Group.Id(1), outbox);
        steward.Receive(default, 1, new SnapshotReport([Group.Entry(1, "galumph2_3", "id")], 0), outbox);
        steward.Receive(default, 1, new ChangeReport([Group.Entry(1, "galumph2_4", "id")], [], 1), outbox);
        foreach (var news in outbox.News)
            _machine.Hear(Hour, news, _records);

        Assert.Equal(
            [("galumph2_3", HealthState.Left), ("galumph2_4", HealthState.Up)], Report(HealthLevel.Place, 0, 2 * Hour, 1).Select(line => (line.Name, line.State)));
    }

    private static HealthminderMachine New() => new(1, Group.Name, new HealthHistoryOptions { MaxChangesEach = 16 });

    private static ServiceEntry Entry(int node, string instance = "galumph2_3") => Group.Entry(node, instance);

    private static RegistryNews News(ServiceEntry entry) => new(0, entry, Departure: null, "");

    private static HealthQuestion Question(HealthLevel level, long from, long until, int pieces) => new(level, "", "", "", from, until, pieces);

    private static void Same(HealthminderMachine one, HealthminderMachine other)
    {
        var question = Question(HealthLevel.Place, 0, 3 * Hour, 30);
        Assert.Equal(
            one.Report(question).Select(line => $"{line with { Changes = [] }} {string.Join(' ', line.Changes)}"),
            other.Report(question).Select(line => $"{line with { Changes = [] }} {string.Join(' ', line.Changes)}"));
    }

    private void Up(long at, int node, string instance = "galumph2_3") => _machine.Hear(at, News(Entry(node, instance)), _records);

    private void Gone(long at, int node, DepartureKind kind, string reason) => _machine.Hear(at, new RegistryNews(0, Entry(node), kind, reason), _records);

    private List<HealthLine> Report(HealthLevel level, long from, long until, int pieces) => [.. _machine.Report(Question(level, from, until, pieces))];

    private static void Remember(HealthminderMachine machine, HealthBook kept)
    {
        machine.Recollect(kept);
        machine.Remember(untilUnixMs: Hour);
    }
}

using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

public sealed class RankingTests
{
    private readonly GroupSnapshot _view = Group.Of(
        Group.Node(1, rack: "r1"), Group.Node(2, rack: "r1"), Group.Node(3, rack: "r2"), Group.Node(4, rack: "r2") with { Status = MemberStatus.Unreachable });

    [Fact]
    public void The_newest_version_comes_first_and_ten_is_newer_than_nine()
    {
        AssertRanked(
            [Group.Entry(1, "ntp2_9"), Group.Entry(3, "ntp2_10")],
            "0 ntp2_10 on node3: newest version, elsewhere",
            "1 ntp2_9 on node1: version 9, older than 10, same node");
    }

    [Fact]
    public void Among_equals_the_same_node_comes_first_then_the_same_rack()
    {
        AssertRanked(
            [Group.Entry(3, "ntp2_1"), Group.Entry(2, "ntp2_1"), Group.Entry(1, "ntp2_1", "b"), Group.Entry(1, "ntp2_1", "a")],
            "0 ntp2_1 on node1: newest version, same node",
            "0 ntp2_1 on node1: newest version, same node",
            "1 ntp2_1 on node2: newest version, same rack",
            "2 ntp2_1 on node3: newest version, elsewhere");
    }

    [Fact]
    public void A_degraded_newest_version_is_offered_after_whatever_serves()
    {
        AssertRanked(
            [Group.Entry(1, "ntp2_4") with { Status = ServiceStatus.Degraded, StatusReason = "slow" }, Group.Entry(3, "ntp2_3")],
            "0 ntp2_3 on node3: version 3, older than 4, elsewhere",
            "1 ntp2_4 on node1: newest version, same node; degraded: slow; offered after what serves");
    }

    [Fact]
    public void What_cannot_be_called_is_left_out_with_a_reason()
    {
        AssertRanked(
            [
                Group.Entry(1, "ntp2_3"),
                Group.Entry(1, "ntp2_4", "a") with { Status = ServiceStatus.Unhealthy, StatusReason = "database away" },
                Group.Entry(2, "ntp2_4", "b") with { Status = ServiceStatus.Draining },
                Group.Entry(3, "ntp2_4", "c") with { Status = ServiceStatus.Unknown },
                Group.Entry(4, "ntp2_4", "d"),
                Group.Entry(5, "ntp2_4", "e"),
            ],
            "0 ntp2_3 on node1: newest version, same node",
            "-1 ntp2_4 on node4: its node node4 can't be reached",
            "-1 ntp2_4 on node5: its node node5 is not in this node's view",
            "-1 ntp2_4 on node1: unhealthy: database away",
            "-1 ntp2_4 on node2: draining: it takes nobody new while others serve",
            "-1 ntp2_4 on node3: it does not say whether it serves");
    }

    [Fact]
    public void A_draining_instance_is_offered_where_nothing_else_is_left()
    {
        AssertRanked(
            [Group.Entry(1, "ntp2_3") with { Status = ServiceStatus.Draining }, Group.Entry(2, "ntp2_3") with { Status = ServiceStatus.Unhealthy }],
            "0 ntp2_3 on node1: newest version, same node; draining, and nothing else is left",
            "-1 ntp2_3 on node2: unhealthy");
    }

    [Fact]
    public void Two_ways_to_write_a_version_are_one_tier()
    {
        AssertRanked(
            [Group.Entry(1, "ntp2_3", "a"), Group.Entry(1, "ntp2_03", "b")],
            "0 ntp2_3 on node1: newest version, same node",
            "0 ntp2_03 on node1: newest version, same node");
    }

    [Fact]
    public void The_order_does_not_depend_on_the_order_of_the_input()
    {
        var random = new Random(7);
        var entries = Enumerable.Range(0, 200)
            .Select(i => Group.Entry(random.Next(1, 5), $"ntp2_{random.Next(12)}", $"i{i}") with { Status = (ServiceStatus)random.Next(1, 5) })
            .ToArray();
        var expected = Ranking.Rank(entries, _view);
        for (var i = 0; i < 20; i++)
        {
            random.Shuffle(entries);
            Assert.True(expected.SaysTheSameAs(Ranking.Rank(entries, _view)));
        }
        Assert.Equal(entries.Length, expected.Offered.Length + expected.LeftOut.Length);
        Assert.Equal(expected.Offered.Select(offer => offer.Tier), expected.Offered.Select(offer => offer.Tier).Order());
    }

    private void AssertRanked(ServiceEntry[] entries, params string[] expected)
    {
        var ranked = Ranking.Rank(entries, _view);
        Assert.Equal(expected, ranked.Offered.Concat(ranked.LeftOut).Select(offer => $"{offer.Tier} {offer.Entry.Instance} on {offer.Entry.NodeName}: {offer.Reason}"));
    }
}

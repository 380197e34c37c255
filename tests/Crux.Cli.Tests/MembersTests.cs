namespace Crux.Cli.Tests;

public sealed class MembersTests
{
    [Fact]
    public async Task Members_stand_in_the_order_that_people_count_in()
    {
        await using var node = await StaticNode.StartAsync(it => it.View.Start(view => view with
        {
            Members = [view.Members[0], view.Members[1], view.Members[2] with { Status = MemberStatus.Unreachable }],
        }));
        var run = await node.RunAsync("members");
        Assert.Equal(
            """
            NAME    ADDRESS          STATUS       RACK  IN VIEW
            node1   10.0.0.1:23123   alive        r1    2h 5m    this node
            node2   10.0.0.2:23123   alive        r1    2h 5m    leader
            node10  10.0.0.10:23123  unreachable  -     2h 5m
            ! 1 of 3 unreachable: kept in the view, not offered to clients. See 'crux watch' for their return.

            """,
            run.Out);
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task In_json_each_member_says_what_it_is()
    {
        await using var node = await StaticNode.StartAsync();
        var members = (await node.RunAsync("members", "--json")).Json.GetProperty("members");
        Assert.Equal(3, members.GetArrayLength());
        Assert.True(members[0].GetProperty("self").GetBoolean());
        Assert.True(members[1].GetProperty("leader").GetBoolean());
        Assert.Equal("alive", members[2].GetProperty("status").GetString());
        Assert.Equal(32, members[0].GetProperty("id").GetString()!.Length);
    }

    [Fact]
    public async Task A_table_fits_80_columns_of_a_screen()
    {
        await using var node = await StaticNode.StartAsync(it => it.View.Start(view => view with
        {
            Members = [view.Members[0] with { Name = "rack12-node345", Rack = "rack12" }, view.Members[1], view.Members[2] with { Status = MemberStatus.Unreachable }],
        }));
        foreach (var command in new[] { "members", "services", "boot", "status", "leader", "lookup galumph2 --why" })
        {
            var run = await Transcript.OfAsync(["--socket", node.Socket, .. command.Split(' ')], new Dictionary<string, string>(), width: 80);
            Assert.All(run.Out.Split('\n'), line => Assert.True(line.Length <= 80, $"{command}: {line.Length} columns: {line}"));
        }
    }
}

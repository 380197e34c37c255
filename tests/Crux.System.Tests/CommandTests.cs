using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary><c>crux</c> as a process, against daemons that are processes.</summary>
public sealed class CommandTests
{
    [Fact]
    public async Task Crux_shows_members_services_leader_and_boot_of_a_real_flock()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(3, stopping);
        var server = new LoadServer(flock.Nodes[2], "galumph2_3");
        await LabFlock.WhenListedAsync(flock.Nodes, [server], LabFlock.Patience, stopping);

        var members = await AskAsync(flock.Nodes[0], "members");
        var services = await AskAsync(flock.Nodes[0], "services");
        var leader = await AskAsync(flock.Nodes[0], "leader");
        var boot = await AskAsync(flock.Nodes[0], "boot");

        Assert.Equal(["node1", "node2", "node3"], Names(members, "members", "name").Order(StringComparer.Ordinal));
        Assert.Equal(["galumph2_3"], Names(services, "services", "instance"));
        Assert.Equal((await flock.LeaderAsync(flock.Nodes[1])).Name, leader.GetProperty("leader").GetProperty("name").GetString());
        Assert.NotEmpty(Names(boot, "steps", "name"));

        async Task<JsonElement> AskAsync(FulcrumHost node, params string[] words)
        {
            var crux = node.Crux([.. words, "--json"]);
            var code = await crux.WaitForExitAsync(LabFlock.Patience, stopping);
            Figure.Note(crux.Out);
            Assert.True(code == 0, crux.Story);
            return JsonDocument.Parse(crux.Out).RootElement;
        }
    }

    private static IEnumerable<string?> Names(JsonElement answer, string list, string name) =>
        answer.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetString());
}

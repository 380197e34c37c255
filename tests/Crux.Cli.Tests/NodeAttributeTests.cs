namespace Crux.Cli.Tests;

public sealed class NodeAttributeTests
{
    [Fact]
    public async Task What_a_node_says_of_itself_is_set_and_taken_back()
    {
        await using var node = await StaticNode.StartAsync();
        Assert.Equal("KEY   VALUE\ndisk  nvme=1\nzone  b\n", (await node.RunAsync("node", "set", "zone=b", "disk=nvme=1")).Out);
        var run = await node.RunAsync("node", "unset", "disk", "--json");
        Assert.Equal((ExitCode.Ok, "{\"attributes\":{\"zone\":\"b\"}}\n"), (run.Code, run.Out));
    }

    [Fact]
    public async Task What_is_not_on_disk_is_not_called_done()
    {
        await using var node = await StaticNode.StartAsync();
        node.Desk.Unwritten = "/state/attributes can't be written: No space left on device.";
        var run = await node.RunAsync("node", "set", "zone=b");
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("a restart would undo it", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("No space left", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        run = await node.RunAsync("node", "approve", "node2", "--operator-key", node.WriteKey());
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("would not know it after a restart", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Single(node.Desk.Orders);
    }

    [Theory]
    [InlineData("zone", "write KEY=VALUE")]
    [InlineData("=b", "write KEY=VALUE")]
    [InlineData("no/key=b", "is no key for an attribute")]
    public async Task What_is_no_attribute_is_refused(string pair, string part)
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync("node", "set", pair);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Empty(node.Desk.Standing.Attributes);
    }
}

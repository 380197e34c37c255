namespace Crux.Cli.Tests;

public sealed class NodeIdentityTests
{
    [Fact]
    public async Task A_key_is_put_aside_and_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        foreach (var aside in (string[])["node.key.replaced", "node.key.replaced-1"])
        {
            await File.WriteAllTextAsync(folder.At("node.key"), aside, TestContext.Current.CancellationToken);
            var run = await Transcript.OfAsync("--socket", folder.At("none.sock"), "node", "new-identity", "--state", folder.Path, "--json");
            Assert.Equal((ExitCode.Ok, folder.At(aside)), (run.Code, run.Json.GetProperty("aside").GetString()));
            Assert.Equal(aside, await File.ReadAllTextAsync(folder.At(aside), TestContext.Current.CancellationToken));
            Assert.False(File.Exists(folder.At("node.key")));
        }
        var none = await Transcript.OfAsync("--socket", folder.At("none.sock"), "node", "new-identity", "--state", folder.Path);
        Assert.Equal((ExitCode.Refused, true), (none.Code, none.Error.Contains("There is no node key", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_node_that_runs_keeps_its_key()
    {
        await using var node = await StaticNode.StartAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("node.key"), "key", TestContext.Current.CancellationToken);
        var run = await node.RunAsync("node", "new-identity", "--state", folder.Path);
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("Stop it first", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.At("node.key")));
    }
}

using Crux.Machines.Flock.Authority;

namespace Crux.Cli.Tests;

public sealed class OperatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_key_made_by_its_holder_becomes_an_operator_and_is_taken_back()
    {
        await using var node = await StaticNode.StartAsync();
        var root = node.WriteKey();
        var made = await Transcript.OfAsync("operator", "key", "alice", "--out", _folder.Path);
        Assert.Equal(ExitCode.Ok, made.Code);
        var (own, shown) = (_folder.At("alice.operator"), _folder.At("alice.operator.pub"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(own));
        Assert.DoesNotContain("PRIVATE", await File.ReadAllTextAsync(shown, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, (await Transcript.OfAsync("operator", "key", "alice", "--out", _folder.Path)).Code);

        Assert.Equal(ExitCode.Ok, (await node.RunAsync("operator", "add", "alice", "--role", "operate", "--key", shown, "--operator-key", root)).Code);
        Assert.Contains("alice  operate  ", (await node.RunAsync("operator", "list")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("node", "admission", "approve", "--operator-key", own)).Code);
        var beyond = await node.RunAsync("trust", "allow", "web", "galumph2", "--operator-key", own);
        Assert.Equal(ExitCode.Refused, beyond.Code);
        Assert.Contains("Operator 'alice' has the role 'operate', and this takes 'trust'", beyond.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, (await node.RunAsync("operator", "add", "mallory", "--role", "trust", "--key", shown, "--operator-key", own)).Code);

        // A new role for the same key; what it may not order any more still stands, by the root key's word.
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("operator", "add", "alice", "--role", "trust", "--operator-key", root)).Code);
        Assert.Equal(ExitCode.Ok, (await node.RunAsync("trust", "allow", "web", "galumph2", "--operator-key", own)).Code);
        var removed = await node.RunAsync("operator", "remove", "alice", "--operator-key", root, "--json");
        Assert.Equal(2, removed.Json.GetProperty("upheld").GetInt32());
        Assert.Contains("is not the key of this flock's operator", (await node.RunAsync("trust", "mode", "learn", "--operator-key", own)).Error, StringComparison.Ordinal);

        node.Desk.Orders.ForEach(node.Audit.Note);
        var audit = await node.RunAsync("audit");
        Assert.Equal(ExitCode.Ok, audit.Code);
        Assert.Contains("alice   admission  the operator approves each node", audit.Out, StringComparison.Ordinal);
        Assert.Contains("root    uphold     2 orders of former operators", audit.Out, StringComparison.Ordinal);
        Assert.Contains("root    operators  alice operate", audit.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("operator add alice --role king", "is no role")]
    [InlineData("operator add alice --role 3", "is no role")]
    [InlineData("operator add al%ice --role view", "can't be an operator's name")]
    [InlineData("operator add alice --role view --key nowhere.pub", "can't be read")]
    [InlineData("operator remove alice", "There is no operator 'alice'")]
    public async Task What_makes_no_sense_is_said_and_nothing_is_signed(string line, string words)
    {
        await using var node = await StaticNode.StartAsync();
        var run = await node.RunAsync([.. line.Split(' '), "--operator-key", node.WriteKey()]);
        Assert.NotEqual(ExitCode.Ok, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Empty(node.Desk.Orders);
    }

    [Fact]
    public async Task An_order_of_who_never_was_an_operator_stands_out_in_the_record()
    {
        await using var node = await StaticNode.StartAsync();
        using var thief = Crux.Node.Security.OperatorKey.Create();
        node.Audit.Note(OperatorOrder.Sign(OrderKind.Revoke, new FlockAuthority("main", "prod", 1, 0, node.Desk.Key.PublicKey), 77, 77, [], thief.Signer));
        var audit = await node.RunAsync("audit", "--json");
        Assert.Equal(ExitCode.No, audit.Code);
        Assert.Equal((false, "key "), (audit.Json.GetProperty("orders")[0].GetProperty("verified").GetBoolean(), audit.Json.GetProperty("orders")[0].GetProperty("signedBy").GetString()![..4]));
    }

    public void Dispose() => _folder.Dispose();
}

using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary>What a daemon says and how it ends where it can't start, and what a flock says of nodes that it can't have.</summary>
public sealed class RefusalTests
{
    /// <summary>It can't start as configured: src/Crux.Daemon/README.md.</summary>
    private const int Refused = 3;
    private const int Port = 23123;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Theory]
    [InlineData("missing", "crux secret new")]
    [InlineData("empty", "Copy it again")]
    [InlineData("another version", "version")]
    [InlineData("readable by others", "chmod 600")]
    public async Task A_flock_file_that_can_not_be_trusted_is_refused_with_what_to_do(string fault, string remedy)
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(1, stopping);
        var node = flock.Nodes[0];
        Spoil(node.FlockFile, fault);

        await RefusesAsync(node, stopping, node.FlockFile, remedy);
    }

    [Theory]
    [InlineData("echo", "UDP")]
    [InlineData("listen", "TCP")]
    public async Task An_address_or_port_that_is_taken_is_refused_with_who_to_look_for(string verb, string protocol)
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(1, stopping);
        var node = flock.Nodes[0];
        var endpoint = $"{node.Host.Address}:{Port}";
        var holder = node.Host.Start("holder", Programs.Load, [verb, "--bind", endpoint]);
        await Eventually.HoldsAsync(LabFlock.Patience, () => holder.LastLine == "listening" ? null : holder.Story, stopping);

        await RefusesAsync(node, stopping, $"{protocol} {endpoint} is in use", "--port");
    }

    [Fact]
    public async Task An_address_that_is_not_the_machines_is_refused()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(1, stopping);
        var node = flock.Nodes[0];
        node.Start(["--address", "10.77.0.99"]);

        var code = await node.Process.WaitForExitAsync(LabFlock.Patience, stopping);

        Assert.Equal(Refused, code);
        Assert.Contains("10.77.0.99 is not an address of this machine", node.Process.Error + node.Process.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_the_wrong_secret_stays_outside_and_both_sides_count_what_they_can_not_read()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(3, stopping);
        var inside = flock.Nodes.Take(2).ToList();
        var outside = new FulcrumHost(flock.Lab, flock.Lab.Hosts[2], await LabFlock.MakeSecretAsync(flock.Lab, "other", stopping));
        outside.Start();
        foreach (var node in inside)
            node.Start();

        await flock.WhenWholeAsync(inside, LabFlock.Patience, stopping);
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            foreach (var node in inside.Append(outside))
            {
                if (await node.StatusAsync() is not { Traffic.DatagramsRejected: > 0 })
                    return $"{node.Name} counts no datagram that it couldn't read.\n{node.Process.Story}";
            }
            return null;
        }, stopping);

        Assert.Single((await outside.MembersAsync())!.Members);
        Assert.Contains(inside, node => node.Process.Out.Contains($"could not be read, the last one from {outside.Host.Address}", StringComparison.Ordinal));
        outside.Dispose();
    }

    [Fact]
    public async Task Two_nodes_with_one_name_are_both_members_told_apart_and_named_in_a_warning()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(2, stopping);
        var first = flock.Nodes[0];
        var second = flock.Nodes[1];
        first.StartAs("twin");
        second.StartAs("twin");

        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            foreach (var node in flock.Nodes)
            {
                var names = (await node.MembersAsync())?.Members.Select(member => member.Name).ToList() ?? [];
                if (names.Count != 2 || names.Distinct().Count() != 2 || !names.All(name => name.StartsWith("twin", StringComparison.Ordinal)))
                    return $"{node.Name} sees {string.Join(", ", names)}.\n{node.Process.Story}";
            }
            return null;
        }, stopping);
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            var warnings = new List<string>();
            foreach (var node in flock.Nodes)
                warnings.AddRange((await node.StatusAsync())?.Warnings ?? []);
            return warnings.Any(warning => warning.Contains("twin", StringComparison.Ordinal)) ? null : $"No warning names 'twin': {string.Join("; ", warnings)}";
        }, stopping);
    }

    private static async Task RefusesAsync(FulcrumHost node, CancellationToken stopping, params string[] words)
    {
        node.Start();
        var code = await node.Process.WaitForExitAsync(LabFlock.Patience, stopping);
        Assert.True(code == Refused, node.Process.Story);
        Assert.All(words, word => Assert.Contains(word, node.Process.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", node.Process.Error, StringComparison.Ordinal);
    }

    private static void Spoil(string path, string fault)
    {
        switch (fault)
        {
            case "missing":
                File.Delete(path);
                break;
            case "empty":
                File.WriteAllText(path, "");
                break;
            case "another version":
                File.WriteAllText(path, File.ReadAllText(path).Replace("crux-flock 1", "crux-flock 9", StringComparison.Ordinal));
                break;
            default:
                File.SetUnixFileMode(path, Private | UnixFileMode.OtherRead);
                break;
        }
    }
}

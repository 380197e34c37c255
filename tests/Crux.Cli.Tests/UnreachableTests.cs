using System.Diagnostics;
using System.Net.Sockets;

namespace Crux.Cli.Tests;

/// <summary>What an operator is told where no node answers: each case its own sentence, with what to do.</summary>
public sealed class UnreachableTests
{
    [Fact]
    public async Task A_missing_socket_says_how_to_start_a_node()
    {
        using var folder = new TemporaryFolder();
        var run = await Transcript.OfAsync("status", "--socket", folder.At("none.sock"));
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Contains("There is no socket at", run.Error, StringComparison.Ordinal);
        Assert.Contains("systemctl start fulcrum", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task With_json_the_reason_is_an_object_with_the_exit_code()
    {
        using var folder = new TemporaryFolder();
        var run = await Transcript.OfAsync("members", "--json", "--socket", folder.At("none.sock"));
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Equal(ExitCode.Unreachable, run.Json.GetProperty("error").GetProperty("exitCode").GetInt32());
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task The_environment_names_the_socket_where_no_option_does()
    {
        await using var node = await StaticNode.StartAsync();
        var run = await Transcript.OfAsync(["leader"], new Dictionary<string, string> { [NodeSocket.Variable] = node.Socket });
        Assert.Equal(ExitCode.Ok, run.Code);
    }

    [Fact]
    public async Task A_socket_that_nobody_listens_on_says_that_the_node_has_stopped()
    {
        using var folder = new TemporaryFolder();
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            left.Bind(new UnixDomainSocketEndPoint(folder.At("dead.sock")));
        // .NET unlinks a bound path when it closes the socket, and a killed daemon does not: a plain file refuses in the same way.
        await File.WriteAllTextAsync(folder.At("dead.sock"), "", TestContext.Current.CancellationToken);
        var run = await Transcript.OfAsync("status", "--socket", folder.At("dead.sock"));
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Contains("no node listens on it", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permission_denied_says_who_may()
    {
        await using var node = await StaticNode.StartAsync();
        File.SetUnixFileMode(node.Socket, UnixFileMode.None);
        var run = await AsSomebodyElseAsync(node.Socket);
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Contains($"You may not use the socket {node.Socket}", run.Error, StringComparison.Ordinal);
        Assert.Contains("sudo crux", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_hangs_is_a_timeout()
    {
        await using var node = await StaticNode.StartAsync(it => it.Registry.IsStuck = true);
        var run = await node.RunAsync("services", "--timeout", "700ms");
        Assert.Equal(ExitCode.Timeout, run.Code);
        Assert.Contains("did not answer within 700ms", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_else_behind_the_socket_is_no_node()
    {
        using var folder = new TemporaryFolder();
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(folder.At("other.sock")));
        other.Listen();
        var answering = Task.Run(async () =>
        {
            using var caller = await other.AcceptAsync(TestContext.Current.CancellationToken);
            await caller.SendAsync("220 mail ready\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }, TestContext.Current.CancellationToken);
        var run = await Transcript.OfAsync("status", "--socket", folder.At("other.sock"));
        await answering;
        Assert.Equal(ExitCode.Unreachable, run.Code);
        Assert.Contains("nobody speaks as a node does", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_of_another_version_is_named_as_such()
    {
        await using var node = new StaticNode(withOperator: false);
        node.View.Followers = 1;
        await node.ListenAsync();
        var run = await node.RunAsync("status");
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("of another version", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_no_socket_can_have_is_a_usage_error()
    {
        var run = await Transcript.OfAsync("status", "--socket", new string('x', 200));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains("1 to 107 bytes", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_before_the_answer_is_130()
    {
        await using var node = await StaticNode.StartAsync(it => it.Registry.IsStuck = true);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var run = await Transcript.OfAsync(["services", "--socket", node.Socket], new Dictionary<string, string>(), stop: stop.Token);
        Assert.Equal(ExitCode.Interrupted, run.Code);
        Assert.Equal("", run.Out + run.Error);
    }

    // Root may open every socket. So a root test run asks as a user without rights; where it can't become one, dropping the right itself does it.
    private static async Task<Transcript> AsSomebodyElseAsync(string socket)
    {
        if (Environment.UserName != "root")
            return await Transcript.OfAsync("status", "--socket", socket);
        var asked = new ProcessStartInfo("setpriv") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var word in new[] { "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", ProcessRun.Crux, "status", "--socket", socket })
            asked.ArgumentList.Add(word);
        return await ProcessRun.OfAsync(asked);
    }
}

using System.Net.Sockets;
using Crux.Node.Bootstrap;
using Crux.Node.Confab;
using Crux.Node.Tests.Flock;
using Crux.Services.Operator;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests.Bootstrap;

public sealed class StartTests : IAsyncDisposable
{
    private readonly LoopbackFlock _flock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> StepNames => [.. NodeSteps.List(NotAsked).Select(step => step.Name)];

    [Fact]
    public void Steps_come_after_steps_that_are_there_and_in_no_circle()
    {
        var steps = NodeSteps.List(NotAsked);
        Assert.Null(BootSequence.FindCircle(steps));
        Assert.All(steps.SelectMany(step => step.After), need => Assert.Contains(steps, step => step.Name == need));
    }

    [Theory]
    [MemberData(nameof(StepNames))]
    public async Task Each_step_starts_with_every_other_one_absent(string name)
    {
        var clock = MonotonicClock.System;
        var events = new OperatorEvents(TimeProvider.System);
        using var levels = new LogLevelOverrides(TimeProvider.System);
        NodeParts? parts = null;
        var alone = NodeSteps.List(() => parts!).Single(step => step.Name == name);
        var sequence = new BootSequence([alone], clock, new BootReporter(NullLogger.Instance, events));
        parts = await NodeParts.OpenAsync(_flock.Options(1), KernelNetwork.Instance, sequence.Report, events, levels, clock, NullLoggerFactory.Instance);
        try
        {
            await sequence.StartAsync(Cancel);
            var report = Assert.Single(sequence.Report.Current);
            Assert.Contains(report.Phase, (BootPhase[])[BootPhase.Done, BootPhase.Idle, BootPhase.Waiting]);
            Assert.Equal(report.Phase == BootPhase.Waiting, report.WaitsFor.Length > 0);
        }
        finally
        {
            await sequence.DisposeAsync();
            await parts.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_node_without_a_flock_serves_its_machine_and_says_what_it_waits_for()
    {
        await using var node = _flock.Node(1);
        await node.StartAsync(Cancel);
        var client = new Protos.Operator.OperatorClient(_flock.Channel(node));
        var boot = await client.GetBootAsync(new Protos.GetBootRequest(), cancellationToken: Cancel);
        Assert.Equal(["flock", "socket", "heartbeater", "reeve", "steward", "services"], boot.Steps.Select(step => step.Name));
        Assert.All(boot.Steps, step => Assert.Equal(step.State == Protos.BootState.Waiting, step.WaitsFor.Length > 0));
        await node.Boot.WhenBootedAsync(Cancel);
        Assert.Equal(node.Id, node.View.Current.Leader);
    }

    [Fact]
    public async Task An_address_in_use_is_told_with_the_command_that_names_who_has_it()
    {
        await _flock.Node(1).StartAsync(Cancel);
        var second = _flock.Options(1);
        (second.StateDirectory, second.Socket) = (_flock.Directory["s1b"], _flock.Directory["1b.sock"]);
        await Refused(second, $"UDP {_flock.AddressOf(1)} is in use", "ss -ulpn");
    }

    [Fact]
    public async Task A_taken_tcp_port_is_told_and_the_udp_port_is_given_back()
    {
        var address = _flock.AddressOf(1);
        using (var taken = new TcpListener(address.ToEndPoint()))
        {
            taken.Start();
            await Refused(_flock.Options(1), $"TCP {address} is in use", "ss -tlpn");
        }
        await _flock.Node(1).StartAsync(Cancel);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_told()
    {
        var options = _flock.Options(1);
        options.Address = "192.0.2.1";
        await Refused(options, "192.0.2.1 is not an address of this machine", "--address");
    }

    [Fact]
    public async Task A_socket_that_somebody_answers_on_is_left_alone()
    {
        var first = _flock.Node(1);
        await first.StartAsync(Cancel);
        var second = _flock.Options(2);
        second.Socket = first.SocketPath;
        await Refused(second, "Another fulcrum answers", "--socket");
        Assert.True(File.Exists(first.SocketPath));
    }

    [Fact]
    public async Task A_socket_that_a_dead_process_left_is_replaced_and_another_file_is_not()
    {
        var options = _flock.Options(1);
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(options.Socket + ".old"));
        // The framework tidies up behind a socket that is closed; a killed process doesn't.
        using var abandoned = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        abandoned.Bind(new UnixDomainSocketEndPoint(options.Socket));
        var node = _flock.Node(options);
        await node.StartAsync(Cancel);
        Assert.Equal(Convert.ToInt32("660", 8), (int)File.GetUnixFileMode(node.SocketPath));

        var other = _flock.Options(2);
        _flock.Directory.Write("2.sock", "somebody's notes");
        await Refused(other, "is no socket");
        Assert.Equal("somebody's notes", File.ReadAllText(other.Socket));
    }

    [Fact]
    public async Task Every_wrong_option_is_told_at_once()
    {
        var options = new CruxNodeOptions { Flock = "mill mill", Port = 0, Ranges = ["10.0.0.0"], Contacts = ["fe80::1"], Name = "a b", Socket = "/run/" + new string('x', 120) };
        var refused = await Assert.ThrowsAsync<NodeStartException>(() => _flock.Node(options).StartAsync(Cancel));
        Assert.All(
            (string[])["flock name", "--bloc", "--flock-file", "Port 0", "'10.0.0.0'", "'fe80::1' is an IPv6 address", "'a b'", "107"],
            words => Assert.Contains(words, refused.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("service-keys", "is damaged, and begun anew")]
    [InlineData("flock/tests/mill/audit", "The record of the operator's orders: ")]
    public async Task A_damaged_file_that_a_node_can_do_without_is_told_and_stops_nothing(string file, string words)
    {
        var options = _flock.Options(1);
        var path = Path.Combine(options.StateDirectory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "what somebody else wrote there", Cancel);
        using var logs = new CollectedLogs();
        await _flock.Node(options, logs).StartAsync(Cancel);
        Assert.Contains(logs.Lines, line => line.StartsWith("Warning 4105 ", StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_start_that_is_cancelled_gives_everything_back()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _flock.Node(1).StartAsync(cancelled.Token));
        await _flock.Node(1).StartAsync(Cancel);
    }

    public ValueTask DisposeAsync() => _flock.DisposeAsync();

    private static NodeParts NotAsked() => throw new InvalidOperationException("A list of steps starts nothing.");

    private async Task Refused(CruxNodeOptions options, params string[] words)
    {
        var refused = await Assert.ThrowsAsync<NodeStartException>(() => _flock.Node(options).StartAsync(Cancel));
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }
}

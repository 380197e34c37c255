using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Crux.Daemon.Tests;

public sealed class RunTests : IDisposable
{
    private readonly DaemonFiles _files = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_a_node_in_good_order(string signal)
    {
        await using var fulcrum = FulcrumProcess.Start(_files.Directory, _files.Flags("run", 1));
        await fulcrum.Says("serves on");
        fulcrum.Signal(signal);
        Assert.Equal(0, await fulcrum.Exit());
        Assert.Contains("said goodbye", fulcrum.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_files.Directory, "1.sock")));
    }

    [Theory]
    [InlineData("Step socket is done")]
    [InlineData("looks for its flock")]
    [InlineData("Step flock waits for")]
    public async Task A_signal_during_the_start_ends_it_cleanly(string moment)
    {
        await using var fulcrum = FulcrumProcess.Start(_files.Directory, _files.Flags("run", 1));
        await fulcrum.Says(moment);
        fulcrum.Signal("TERM");
        Assert.Equal(0, await fulcrum.Exit());
        Assert.DoesNotContain("xception", fulcrum.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail: ", fulcrum.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_a_file_then_the_environment_then_flags()
    {
        // The file says all; the environment another name; a flag another address.
        var section = new { Flock = "mill", Bloc = "tests", FlockFile = _files.FlockFilePath, Address = _files.AddressOf(1), Name = "from-file", StateDirectory = "state", Socket = "1.sock" };
        await File.WriteAllTextAsync(Path.Combine(_files.Directory, "appsettings.json"), JsonSerializer.Serialize(new { Crux = section }), Cancel);
        await using var check = FulcrumProcess.Start(
            _files.Directory, ["check", "--address", _files.AddressOf(3)], ("CRUX__NAME", "from-environment"), ("CRUX__ADDRESS", _files.AddressOf(2)));
        Assert.Equal(0, await check.Exit());
        await check.Says("Node from-environment of flock tests/mill");
        await check.Says($"{_files.AddressOf(3)}:23123");
    }

    [Fact]
    public async Task A_broken_or_missing_configuration_file_is_told()
    {
        await File.WriteAllTextAsync(Path.Combine(_files.Directory, "broken.json"), "{ \"Crux\": ", Cancel);
        await using var broken = FulcrumProcess.Start(_files.Directory, ["run", "--config", "broken.json"]);
        Assert.Equal(3, await broken.Exit());
        await broken.Says("broken.json");
        await using var missing = FulcrumProcess.Start(_files.Directory, ["run", "--config", "none.json"]);
        Assert.Equal(3, await missing.Exit());
        await missing.Says("There is no configuration file none.json");
        await File.WriteAllTextAsync(Path.Combine(_files.Directory, "kind.json"), "{ \"Crux\": { \"Port\": \"many\" } }", Cancel);
        await using var kind = FulcrumProcess.Start(_files.Directory, ["run", "--config", "kind.json"]);
        Assert.Equal(3, await kind.Exit());
        await kind.Says("Crux:Port");
    }

    [Fact]
    public async Task What_is_missing_is_told_with_the_flag_that_gives_it()
    {
        await using var fulcrum = FulcrumProcess.Start(_files.Directory, ["run"]);
        Assert.Equal(3, await fulcrum.Exit());
        foreach (var flag in (string[])["--flock NAME", "--bloc NAME", "--flock-file PATH"])
            await fulcrum.Says(flag);
        await using var unknown = FulcrumProcess.Start(_files.Directory, ["run", "--flok", "mill"]);
        Assert.Equal(2, await unknown.Exit());
    }

    [Fact]
    public async Task Systemd_hears_that_it_is_ready_alive_and_stopping()
    {
        var path = Path.Combine(_files.Directory, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        await using var fulcrum = FulcrumProcess.Start(_files.Directory, _files.Flags("run", 1), ("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "300000"));
        await Hears(systemd, "READY=1");
        await Hears(systemd, "WATCHDOG=1");
        await Hears(systemd, "WATCHDOG=1");
        fulcrum.Signal("TERM");
        await Hears(systemd, "STOPPING=1");
        Assert.Equal(0, await fulcrum.Exit());
    }

    public void Dispose() => _files.Dispose();

    private static async Task Hears(Socket systemd, string word)
    {
        var buffer = new byte[4096];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(FulcrumProcess.Patience);
        while (true)
        {
            var length = await systemd.ReceiveAsync(buffer, limit.Token);
            if (Encoding.UTF8.GetString(buffer, 0, length).Split('\n').Contains(word))
                return;
        }
    }
}

using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

public sealed class NetLabTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Two_hosts_hear_each_other_until_the_wire_is_cut_and_again_once_it_is_mended()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var lab = await NetLab.CreateAsync(2, stopping);
        var echo = lab.Hosts[0].Start("echo", Programs.Load, ["echo", "--bind", $"{lab.Hosts[0].Address}:7007"]);
        await Eventually.HoldsAsync(Limit, () => echo.LastLine == "listening" ? null : echo.Story, stopping);

        Assert.Equal(0, await PingAsync(lab, stopping));
        await lab.Hosts[0].SetLinkAsync(up: false, stopping);
        Assert.Equal(1, await PingAsync(lab, stopping));
        await lab.Hosts[0].SetLinkAsync(up: true, stopping);
        Assert.Equal(0, await PingAsync(lab, stopping));
    }

    [Fact]
    public async Task A_lab_leaves_no_process_and_no_directory_behind()
    {
        var stopping = TestContext.Current.CancellationToken;
        var lab = await NetLab.CreateAsync(2, stopping);
        var sleeper = lab.Hosts[1].Start("sleeper", "sleep", ["1000"]);
        var stopped = lab.Hosts[0].Start("stopped", "sleep", ["1000"]);
        stopped.Signal(LabSignal.Stop);
        var pids = new[] { sleeper.Pid, stopped.Pid };

        await lab.DisposeAsync();

        Assert.All(pids, pid => Assert.False(Directory.Exists($"/proc/{pid}")));
        Assert.False(Directory.Exists(lab.Directory.FullName));
    }

    private static Task<int> PingAsync(NetLab lab, CancellationToken stopping) =>
        lab.Hosts[1].Start("ping", Programs.Load, ["ping", "--to", $"{lab.Hosts[0].Address}:7007"]).WaitForExitAsync(Limit, stopping);
}

using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary>More of what keeps a node away, on real machines: where it stands, who it says it is, and the firewall on this side.</summary>
public sealed class DoctorSignTests
{
    [Fact]
    public async Task The_doctor_tells_places_ports_firewalls_and_copies_apart()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(9, stopping);
        var (asker, first, copy, elsewhere, beyond) = (flock.Nodes[0], flock.Nodes[1], flock.Nodes[2], flock.Nodes[5], flock.Nodes[8]);
        // The asker's own firewall lets nothing out to the fifth; the fourth drops all that comes.
        await RulesAsync(asker, "nft add table inet f && nft add chain inet f o '{ type filter hook output priority 0; }' && nft add rule inet f o ip daddr 10.77.0.5 drop", stopping);
        await RulesAsync(flock.Nodes[3], "nft add table inet f && nft add chain inet f i '{ type filter hook input priority 0; policy drop; }'", stopping);
        asker.Start("--range", "10.77.0.0/29");
        first.Start("--range", "10.77.0.0/29");
        elsewhere.Start("--port", "24000", "--range", "10.77.0.0/29");
        beyond.Start("--range", "10.77.0.8/29");
        await flock.WhenWholeAsync([asker, first], LabFlock.Patience, stopping);

        await SaysAsync(asker, "10.77.0.9", "out-of-range", stopping);
        await SaysAsync(asker, "10.77.0.6:24000", "wrong-port", stopping);
        await SaysAsync(asker, "10.77.0.4", "silent", stopping);
        await SaysAsync(asker, "10.77.0.5", "own-firewall", stopping);

        // Somebody copies the second machine's disk to the third.
        var copying = flock.Lab.Start("cp", "cp", "-a", first.StateDirectory, copy.StateDirectory);
        Assert.True(await copying.WaitForExitAsync(LabFlock.Patience, stopping) == 0, copying.Story);
        copy.StartAs(first.Name, "--range", "10.77.0.0/29");
        await SaysAsync(copy, "", "put-aside", stopping);
        await SaysAsync(asker, copy.Host.Address.ToString(), "cloned-identity", stopping);
        await SaysAsync(asker, first.Host.Address.ToString(), "member", stopping);
        await SaysAsync(asker, "", "cloned-identity", stopping);
        Assert.Contains((await copy.StatusAsync())!.Warnings, warning => warning.Contains("crux node new-identity", StringComparison.Ordinal));
        Assert.Contains((await first.StatusAsync())!.Warnings, warning => warning.Contains(copy.Host.Address.ToString(), StringComparison.Ordinal));

        // And does what the doctor says.
        copy.Process.Signal(LabSignal.Kill);
        await copy.Process.WaitForExitAsync(LabFlock.Patience, stopping);
        var renewal = copy.Crux("node", "new-identity", "--state", copy.StateDirectory);
        Assert.True(await renewal.WaitForExitAsync(LabFlock.Patience, stopping) == 0, renewal.Story);
        copy.Start("--range", "10.77.0.0/29");
        await SaysAsync(asker, copy.Host.Address.ToString(), "member", stopping);
    }

    private static async Task RulesAsync(FulcrumHost node, string rules, CancellationToken stopping)
    {
        var run = node.Host.Start("nft", "sh", ["-c", rules]);
        Assert.True(await run.WaitForExitAsync(LabFlock.Patience, stopping) == 0, run.Story);
    }

    private static Task<TimeSpan> SaysAsync(FulcrumHost node, string address, string code, CancellationToken stopping) => Eventually.HoldsAsync(LabFlock.Patience, async () =>
    {
        var run = node.Crux(["doctor", .. (address.Length == 0 ? Array.Empty<string>() : [address]), "--json", "--timeout", "10s"]);
        await run.WaitForExitAsync(LabFlock.Patience, stopping);
        if (run.Out.Length == 0)
            return run.Story;
        var finding = JsonDocument.Parse(run.Out).RootElement;
        return finding.TryGetProperty("findings", out var findings) && findings[0].GetProperty("code").GetString() == code ? null : $"{address}: {run.Out}\n{node.Process.Story}";
    }, stopping);
}

using System.Text.Json;
using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary>Why is a node missing? Real machines, real kernels, and one thing wrong with each.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task The_doctor_names_what_is_wrong_with_each_missing_node()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(7, stopping);
        var asker = flock.Nodes[0];
        var otherSecret = new FulcrumHost(flock.Lab, flock.Lab.Hosts[3], await LabFlock.MakeSecretAsync(flock.Lab, "other", stopping));
        asker.Start();
        flock.Nodes[1].StartIn("tests", "misspelt", "node2");
        flock.Nodes[2].StartIn("elsewhere", "lab", "node3");
        otherSecret.Start();
        // Nothing runs on node5. On node6 it runs behind a firewall; node7 is well.
        var rules = flock.Nodes[5].Host.Start("nft", "sh", ["-c", "nft add table inet f && nft add chain inet f i '{ type filter hook input priority 0; }' && nft add rule inet f i udp dport 23123 drop "
            + "&& nft add chain inet f o '{ type filter hook output priority 0; }' && nft add rule inet f o udp dport 23123 drop"]);
        Assert.True(await rules.WaitForExitAsync(LabFlock.Patience, stopping) == 0, rules.Story);
        flock.Nodes[5].Start();
        flock.Nodes[6].Start();
        await flock.WhenWholeAsync([asker, flock.Nodes[6]], LabFlock.Patience, stopping);

        await SaysAsync(asker, "10.77.0.1", "self", stopping);
        await SaysAsync(asker, "10.77.0.7", "member", stopping);
        await SaysAsync(asker, "10.77.0.2", "wrong-name", stopping);
        await SaysAsync(asker, "10.77.0.3", "wrong-bloc", stopping);
        await SaysAsync(asker, "10.77.0.4", "wrong-secret", stopping);
        await SaysAsync(asker, "10.77.0.5", "not-running", stopping);
        await SaysAsync(asker, "10.77.0.6", "firewall", stopping);
        await SaysAsync(asker, "10.77.0.99", "no-machine", stopping);
        otherSecret.Dispose();
    }

    [Fact]
    public async Task A_sealed_flock_stays_sealed_over_a_restart_and_is_told_apart_from_another()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.CreateAsync(3, stopping);
        var key = Path.ChangeExtension(flock.Nodes[0].FlockFile, ".operator");
        // One after the other: each is sealed alone, and then they meet.
        var (left, right) = (flock.Nodes[0], flock.Nodes[1]);
        left.Start();
        var first = await SealAsync(left, key, stopping);
        left.Process.Signal(LabSignal.Kill);
        await left.Process.WaitForExitAsync(LabFlock.Patience, stopping);
        right.Start();
        var second = await SealAsync(right, key, stopping);
        Assert.NotEqual(first, second);
        left.Start();
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
            await left.StatusAsync() is { } status && Convert.ToHexStringLower(status.SealedAs.Span) == first ? null : left.Process.Story, stopping);
        await SaysAsync(left, right.Host.Address.ToString(), "foreign-flock", stopping);
        await SaysAsync(right, left.Host.Address.ToString(), "foreign-flock", stopping);
        Assert.Single((await left.MembersAsync())!.Members);

        // A third, which is not sealed, goes to whom it hears first and belongs there from then on.
        flock.Nodes[2].Start();
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
            await flock.Nodes[2].StatusAsync() is { SealedAs.IsEmpty: false } ? null : flock.Nodes[2].Process.Story, stopping);
    }

    private static async Task<string> SealAsync(FulcrumHost node, string key, CancellationToken stopping)
    {
        var uuid = "";
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            if (await node.StatusAsync() is { SealedAs.IsEmpty: false } status)
            {
                uuid = Convert.ToHexStringLower(status.SealedAs.Span);
                return null;
            }
            var run = node.Crux("flock", "seal", "--solo", "--operator-key", key, "--timeout", "10s");
            await run.WaitForExitAsync(LabFlock.Patience, stopping);
            return run.Story;
        }, stopping);
        return uuid;
    }

    private static Task<TimeSpan> SaysAsync(FulcrumHost node, string address, string code, CancellationToken stopping) => Eventually.HoldsAsync(LabFlock.Patience, async () =>
    {
        var run = node.Crux("doctor", address, "--json", "--timeout", "10s");
        await run.WaitForExitAsync(LabFlock.Patience, stopping);
        if (run.Out.Length == 0)
            return run.Story;
        var finding = JsonDocument.Parse(run.Out).RootElement;
        return finding.TryGetProperty("findings", out var findings) && findings[0].GetProperty("code").GetString() == code ? null : $"{address}: {run.Out}\n{node.Process.Story}";
    }, stopping);
}

using System.Diagnostics;

namespace Crux.Node.Tests.Flock;

[Collection(nameof(MeasuredAlone))]
public sealed class IdleTests
{
    /// <summary>
    /// Measured on two busy cores: 20 to 21 % of one for all fifty, at 8 to 10 datagrams a second each. Three of these are beats, and four to five those
    /// that bring the first generation of keys, which comes just now: a minute later it is quieter.
    /// </summary>
    private const double MostOfACore = 0.25;

    [Fact]
    public async Task Fifty_nodes_at_rest_cost_little()
    {
        await using var flock = TestFlock.OnLoopback(9, 50);
        await flock.StartAsync(TestContext.Current.CancellationToken);
        // Until the group has covered the range often enough to back off, it still looks for others.
        await Probed(flock, TestContext.Current.CancellationToken);
        using var span = new PeriodicTimer(TimeSpan.FromSeconds(8));
        var (cpu, clock, sent, kinds) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew(), Sent(flock), Kinds(flock));
        await span.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        var share = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / clock.Elapsed;
        TestContext.Current.SendDiagnosticMessage($"{share:P1} of a core, {(Sent(flock) - sent) / clock.Elapsed.TotalSeconds / flock.Nodes.Count:F1} datagrams a second from each of {flock.Nodes.Count}");
        foreach (var (kind, (before, after)) in kinds.Zip(Kinds(flock)).Index())
        {
            if (after > before)
                TestContext.Current.SendDiagnosticMessage($"kind {kind}: {(after - before) / clock.Elapsed.TotalSeconds / flock.Nodes.Count:F2}");
        }
        Assert.InRange(share, 0, MostOfACore);
    }

    private static long Sent(TestFlock flock) => flock.Nodes.Sum(node => node.Driver.Traffic.DatagramsSent);

    private static long[] Kinds(TestFlock flock) => [.. Enumerable.Range(0, 64).Select(kind => flock.Nodes.Sum(node => node.Driver.Counters.DatagramsOf(kind)))];

    private static async Task Probed(TestFlock flock, CancellationToken cancellationToken)
    {
        using var glance = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var probed = -1L;
        for (var now = 0L; now - probed > 10; now = flock.Nodes.Sum(node => node.Driver.Counters.Probed))
        {
            probed = now;
            await glance.WaitForNextTickAsync(cancellationToken);
        }
    }
}

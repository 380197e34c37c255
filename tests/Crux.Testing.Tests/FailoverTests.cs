using Crux.Protos.Samples;

namespace Crux.Testing.Tests;

public sealed class FailoverTests
{
    [Fact]
    public async Task A_client_on_one_node_goes_on_when_the_node_of_the_service_is_killed()
    {
        await using var flock = await TestFlock.StartAsync(nodes: 3, seed: 7, cancellationToken: Stop);
        Log($"whole: {flock.Time.GetElapsedTime(0).TotalSeconds:0.00} s of the flock's time, {(flock.Time.GetElapsedTime(0) - flock.Time.Skipped).TotalSeconds:0.00} s of the machine's");
        var (near, one, other) = (flock.Nodes[0], flock.Nodes[1], flock.Nodes[2]);
        await using var first = await one.ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);
        await using var channel = near.ChannelTo("galumph2");
        var client = new Galumph.GalumphClient(channel);
        Assert.StartsWith("node2:", (await client.TableAsync(new TableRequest(), cancellationToken: Stop)).ServedBy, StringComparison.Ordinal);
        await using var second = await other.ServeAsync<EchoService>("galumph2_3", cancellationToken: Stop);

        var (virtualStart, start) = (flock.Time.GetTimestamp(), TimeProvider.System.GetTimestamp());
        await one.KillAsync();
        await flock.UntilAsync(() => near.View.Find(other.Id) is not null && near.View.Members.Length == 2, "node2 to be missed", Stop);
        Log($"missed after {flock.Time.GetElapsedTime(virtualStart).TotalSeconds:0.00} s of the flock's time, {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.00} s of the machine's");

        Assert.StartsWith("node3:", (await client.TableAsync(new TableRequest(), cancellationToken: Stop)).ServedBy, StringComparison.Ordinal);
        Log($"called after {flock.Time.GetElapsedTime(virtualStart).TotalSeconds:0.00} s of the flock's time, {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.00} s of the machine's");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static void Log(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}

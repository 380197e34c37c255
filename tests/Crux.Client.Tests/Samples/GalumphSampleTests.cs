namespace Crux.Client.Tests.Samples;

public sealed class GalumphSampleTests
{
    private const string Export = "export CRUX__SOCKET=";

    [Fact]
    public async Task The_sample_runs_as_its_guide_says_each_program_a_process_of_its_own()
    {
        await using var flock = new RunningProgram("src/Crux.Daemon", "fulcrum", null, "up", "--nodes", "1", "--keep");
        var socket = (await flock.LineAsync(Export)).Split(Export)[1].Trim();
        await using var old = Server("3", socket);
        await old.LineAsync("Registered with node1 as galumph2_3.");
        await using var client = new RunningProgram("samples/Galumph/Galumph.Client", "Galumph.Client", socket, "2000", "10");
        await client.LineAsync("registered, says galumph2_");

        // One that is no program of .NET, by the daemon's documented socket alone.
        await using var stranger = RunningProgram.NodeClient(socket, "--calls", "20", "--pause", "5");
        await stranger.LineAsync("node-client on node1 calls galumph2_");
        Assert.Equal(0, await stranger.EndAsync());
        Assert.Equal(20, stranger.Lines.Count(line => line.Contains("registered, says galumph2_", StringComparison.Ordinal)));

        // The flock serves a galumph2_4 of its own; an answer with a port comes from the sample's.
        await using var newer = Server("4", socket);
        await client.LineAsync("says galumph2_4 on node1:");
        await newer.TerminateAsync();
        await newer.LineAsync("Drained with 0 calls in flight");
        var then = client.Lines.Count;
        await Eventually.True(() => client.Lines.Count > then + 20, "calls after the newer one has left");

        Assert.All(client.Lines, line => Assert.Contains("registered, says galumph2_", line, StringComparison.Ordinal));
    }

    private static RunningProgram Server(string version, string socket) =>
        new($"samples/Galumph/Galumph.Server2_{version}", $"Galumph.Server2_{version}", socket);
}

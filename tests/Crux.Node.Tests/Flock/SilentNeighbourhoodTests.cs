namespace Crux.Node.Tests.Flock;

/// <summary>
/// The kernel holds a datagram to a silent address for seconds and charges it to its socket. These stories take place in network
/// namespaces, since loopback has no neighbours to wait for.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class SilentNeighbourhoodTests
{
    [Fact]
    public async Task Guesses_at_a_silent_neighbourhood_hold_no_beat_back()
    {
        var (beats, dropped) = await ShoutAsync("shout");
        Assert.Equal(HostProcess.Beats, beats);
        Assert.True(dropped > 0, "The guesses' own socket never filled, so nothing was shown.");
    }

    [Fact]
    public async Task Through_one_ordinary_socket_they_would()
    {
        var (beats, _) = await ShoutAsync("shout-through-one");
        Assert.True(beats < HostProcess.Beats / 2, $"{beats} of {HostProcess.Beats} beats arrived though guesses shared their socket: is the second socket still needed?");
    }

    [Fact]
    public async Task Ten_hosts_in_a_silent_16_find_each_other_and_lose_nobody()
    {
        const int Count = 10;
        await using var hosts = await BridgedHosts.CreateAsync(Count);
        // A part of the /16 in which nobody answers, besides the one in which the ten are: guesses go on at full pace all the while.
        for (var i = 1; i <= Count; i++)
            hosts.Start(i, "flock", $"node{i}", $"{BridgedHosts.AddressOf(i)}:23123", "10.99.0.0/24", "10.99.64.0/20");
        foreach (var host in hosts.Processes)
            await host.UntilAsync(line => line.StartsWith($"VIEW {Count} ", StringComparison.Ordinal), Stop);
        var watched = hosts.Processes.Select(host => host.Lines.Count).ToList();
        // Longer than any window of silence after which a member is given up.
        using var span = new PeriodicTimer(TimeSpan.FromSeconds(5));
        await span.WaitForNextTickAsync(Stop);
        await Task.WhenAll(hosts.Processes.Select(host => host.EndAsync()));
        for (var i = 0; i < Count; i++)
        {
            if (i == 0)
                TestContext.Current.SendDiagnosticMessage(hosts.Processes[i].Lines.Single(line => line.StartsWith("SENT", StringComparison.Ordinal)));
            // Those that ended before this one said goodbye: silence is what must not be.
            Assert.DoesNotContain(hosts.Processes[i].Lines.Skip(watched[i]), line => line.StartsWith("LOST", StringComparison.Ordinal) && !line.Contains("goodbye", StringComparison.Ordinal));
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<(int Beats, int Dropped)> ShoutAsync(string how)
    {
        await using var hosts = await BridgedHosts.CreateAsync(2);
        var listener = hosts.Start(2, "listen", $"{BridgedHosts.AddressOf(2)}:23123");
        await listener.UntilAsync(line => line == "READY", Stop);
        var shouter = hosts.Start(1, how, $"{BridgedHosts.AddressOf(1)}:23123", $"{BridgedHosts.AddressOf(2)}:23123", "10.99.0.0/16");
        var sent = await shouter.UntilAsync(line => line.StartsWith("SENT", StringComparison.Ordinal), Stop);
        await listener.EndAsync();
        var received = await listener.UntilAsync(line => line.StartsWith("RECEIVED", StringComparison.Ordinal), Stop);
        return (int.Parse(received.Split(' ')[1], null), int.Parse(sent.Split(' ')[3], null));
    }
}

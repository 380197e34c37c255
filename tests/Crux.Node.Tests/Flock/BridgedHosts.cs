using System.Diagnostics;
using System.Globalization;

namespace Crux.Node.Tests.Flock;

/// <summary>
/// Hosts of their own on one bridge: a network namespace each, 10.99.0.1 and on with a /16 prefix, and nobody at the other 65,000
/// addresses. Needs root and iproute2.
/// </summary>
internal sealed class BridgedHosts : IAsyncDisposable
{
    /// <summary>What ten hosts with 256 unresolved neighbours each need, with room.</summary>
    private const int MinNeighbours = 8_192;

    private readonly string _prefix = $"crux{Environment.ProcessId.ToString("x", CultureInfo.InvariantCulture)}";
    private readonly List<string> _namespaces = [];
    private readonly List<HostedProcess> _processes = [];

    /// <summary>The processes started, in order.</summary>
    public IReadOnlyList<HostedProcess> Processes => _processes;

    public static async Task<BridgedHosts> CreateAsync(int count)
    {
        RaiseNeighbourLimits();
        var hosts = new BridgedHosts();
        try
        {
            var hub = await hosts.AddNamespaceAsync("hub");
            await IpAsync($"-n {hub} link add br0 type bridge");
            await IpAsync($"-n {hub} link set br0 up");
            for (var i = 1; i <= count; i++)
            {
                var host = await hosts.AddNamespaceAsync($"{i}");
                await IpAsync($"-n {hub} link add v{i} type veth peer name eth0 netns {host}");
                await IpAsync($"-n {hub} link set v{i} master br0 up");
                await IpAsync($"-n {host} addr add {AddressOf(i)}/16 dev eth0");
                await IpAsync($"-n {host} link set eth0 up");
                await IpAsync($"-n {host} link set lo up");
            }
            return hosts;
        }
        catch
        {
            await hosts.DisposeAsync();
            throw;
        }
    }

    // Hosts have a neighbour table each; namespaces share the machine's one, of 1,024 entries unless raised.
    private static void RaiseNeighbourLimits()
    {
        foreach (var limit in Enumerable.Range(1, 3))
        {
            var file = $"/proc/sys/net/ipv4/neigh/default/gc_thresh{limit}";
            // In a user namespace the limits aren't there to be raised; the stories are told within what the machine allows.
            if (File.Exists(file) && int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) < MinNeighbours)
                File.WriteAllText(file, MinNeighbours.ToString(CultureInfo.InvariantCulture));
        }
    }

    public static string AddressOf(int host) => $"10.99.0.{host}";

    /// <summary>Starts this program again on a host.</summary>
    public HostedProcess Start(int host, params string[] arguments)
    {
        var process = new HostedProcess($"{_prefix}-{host}", [HostProcess.Verb, .. arguments]);
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        foreach (var name in _namespaces)
            await IpAsync($"netns del {name}");
    }

    private async Task<string> AddNamespaceAsync(string suffix)
    {
        var name = $"{_prefix}-{suffix}";
        await IpAsync($"netns add {name}");
        _namespaces.Add(name);
        return name;
    }

    private static async Task IpAsync(string arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })
            ?? throw new InvalidOperationException("`ip` can't be started: install iproute2.");
        var said = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        if (ip.ExitCode != 0)
            throw new InvalidOperationException($"`ip {arguments}` failed: {said.Trim()} (these tests need root and iproute2; without root run them under `unshare -Urnm`).");
    }
}

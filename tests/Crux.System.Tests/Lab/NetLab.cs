using System.Globalization;
using System.Net;

namespace Crux.System.Tests.Lab;

/// <summary>
/// A switch and a number of hosts, each in a namespace of its own, with veth pairs between them. Nothing of it touches the
/// network of the machine that it runs on.
/// </summary>
internal sealed class NetLab : IAsyncDisposable
{
    /// <summary>Hosts in one lab, at most: the kernel's neighbour table is one for all namespaces.</summary>
    public const int HostLimit = 60;

    private readonly List<LabProcess> _processes = [];
    private readonly List<LabSpace> _spaces = [];
    private readonly List<LabHost> _hosts = [];

    private NetLab()
    {
    }

    public LabDirectory Directory { get; } = new();

    public IReadOnlyList<LabHost> Hosts => _hosts;

    /// <summary>What the hosts of a lab of IPv6 alone have in common.</summary>
    public const int PrefixLengthV6 = 64;

    /// <summary>Makes a lab with <paramref name="hosts"/> hosts at 10.77.0.1 and up; with <see cref="PrefixLengthV6"/> at fd00:77::1 and up, of IPv6 alone.</summary>
    public static async Task<NetLab> CreateAsync(int hosts, CancellationToken cancellationToken, int prefixLength = 24)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hosts, HostLimit);
        NeighbourTable.Raise();
        var lab = new NetLab();
        try
        {
            await lab.WireAsync(hosts, prefixLength, cancellationToken);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a program in the lab's switch, where no host's network is: for what needs none.</summary>
    public LabProcess Start(string name, string program, params IEnumerable<string> arguments) =>
        Own(LabProcess.Start(Directory.FullName, name, [.. _spaces[0].Enter, program, .. arguments]));

    /// <summary>Takes a process into the lab's care: killed at the end.</summary>
    public LabProcess Own(LabProcess process)
    {
        _processes.Add(process);
        return process;
    }

    public Task SetLinkAsync(LabHost host, bool up, CancellationToken cancellationToken) =>
        _spaces[0].IpAsync([$"link set {host.Port} {(up ? "up" : "down")}"], cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            process.Signal(LabSignal.Kill);
        foreach (var process in _processes)
            await process.DisposeAsync();
        foreach (var space in _spaces)
            await space.DisposeAsync();
        Directory.Dispose();
    }

    private static IPAddress AddressOf(int host, int prefixLength) =>
        prefixLength == PrefixLengthV6 ? IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd00:77::{host:x}")) : new IPAddress(new byte[] { 10, 77, 0, (byte)host });

    private async Task WireAsync(int hosts, int prefixLength, CancellationToken cancellationToken)
    {
        var hub = await LabSpace.CreateAsync("switch", cancellationToken);
        _spaces.Add(hub);
        var wiring = new List<string> { "link add br0 type bridge", "link set br0 up" };
        for (var i = 1; i <= hosts; i++)
        {
            var space = await LabSpace.CreateAsync($"node{i}", cancellationToken);
            _spaces.Add(space);
            _hosts.Add(new LabHost(this, space, $"p{i}", AddressOf(i, prefixLength)));
            wiring.Add(string.Create(CultureInfo.InvariantCulture, $"link add p{i} type veth peer name eth0 netns {space.Pid}"));
            wiring.Add($"link set p{i} master br0");
            wiring.Add($"link set p{i} up");
        }
        await hub.IpAsync(wiring, cancellationToken);
        for (var i = 0; i < hosts; i++)
            await _spaces[i + 1].IpAsync([$"addr add {_hosts[i].Address}/{prefixLength} dev eth0{(prefixLength == PrefixLengthV6 ? " nodad" : "")}", "link set eth0 up"], cancellationToken);
    }
}

using System.Net;

namespace Crux.System.Tests.Lab;

/// <summary>One host of the lab: a namespace, one interface, one address.</summary>
internal sealed class LabHost(NetLab lab, LabSpace space, string port, IPAddress address)
{
    public string Name => space.Name;

    /// <summary>A process in its namespace, by which the kernel tells of it in /proc.</summary>
    public int SpacePid => space.Pid;

    public IPAddress Address { get; } = address;

    /// <summary>The host's end of the wire as the switch sees it.</summary>
    public string Port { get; } = port;

    /// <summary>Starts a program on this host.</summary>
    public LabProcess Start(string name, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        lab.Own(LabProcess.Start(lab.Directory.FullName, name, [.. space.Enter, program, .. arguments], environment));

    /// <summary>Takes the wire down or up at the switch's end: no goodbye, no RST, just silence.</summary>
    public Task SetLinkAsync(bool up, CancellationToken cancellationToken) => lab.SetLinkAsync(this, up, cancellationToken);
}

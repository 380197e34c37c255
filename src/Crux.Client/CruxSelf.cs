using Crux.Client.Hosting;

namespace Crux.Client;

/// <summary>What a service may ask about itself. A singleton, added with the first <c>AddCruxService</c>. Thread-safe.</summary>
public sealed class CruxSelf
{
    private readonly ServiceRun _run;

    internal CruxSelf(ServiceRun run) => _run = run;

    /// <summary>Where it listens, with the port that it was given; port 0 until it does.</summary>
    public NetAddress Address => _run.Listener.Address;

    /// <summary>The node's name and the port, as in the registry; null until a node has answered.</summary>
    public NetId? NetId => _run.NodeName is { } name ? new NetId(name, Address.Port) : null;

    /// <summary>Why the flock doesn't know of this process, in words; null where it does.</summary>
    public string? Problem => _run.Problem;
}

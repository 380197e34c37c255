namespace Crux.Machines.Health;

/// <summary>One service point as a beat names it: nothing of it has been checked.</summary>
public sealed record BeatPoint
{
    /// <summary>Names this life of the point.</summary>
    public string InstanceId { get; init; } = "";

    /// <summary>The group; empty means the flock's own.</summary>
    public string Group { get; init; } = "";

    /// <summary>Such as <c>galumph2_3</c>.</summary>
    public string Instance { get; init; } = "";

    /// <summary>Such as <c>0.0.0.0:41234</c>, which stands for the node's own address.</summary>
    public string Address { get; init; } = "";

    /// <summary>SHA-256 of the key shown in TLS.</summary>
    public ReadOnlyMemory<byte> KeyHash { get; init; }

    /// <summary>SHA-256 of the key that will be shown in TLS next; empty where none will.</summary>
    public ReadOnlyMemory<byte> NextKeyHash { get; init; }

    /// <summary>What the service says of itself.</summary>
    public ServiceStatus Status { get; init; }

    /// <summary>What its health checks said.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Wall clock of the process; for people.</summary>
    public long IssuedUnixMs { get; init; }

    /// <summary>How long the beat holds; null for the default.</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>Whatever its owner wrote on it.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>The artifact it runs.</summary>
    public string Artifact { get; init; } = "";

    /// <summary>The flock that the process believes to be in; empty until it has been told.</summary>
    public string FlockId { get; init; } = "";
}

namespace Crux;

/// <summary>
/// One service point's beat. The first one registers the point; each later one renews it. Fields left null are filled by
/// whoever carries the beat to the node: the process's own address, the flock's group, the time.
/// </summary>
public sealed record Heartbeat
{
    /// <summary>The instance, such as <c>galumph2_3</c>.</summary>
    public required InstanceName Instance { get; init; }

    /// <summary>Where the point listens.</summary>
    public NetAddress? Address { get; init; }

    /// <summary>The group it belongs to; empty means the flock's own.</summary>
    public string Group { get; init; } = "";

    /// <summary>The flock that the service believes to be in; null until its node has told it.</summary>
    public string? FlockId { get; init; }

    /// <summary>When the beat was issued: wall clock, for people. Validity is judged on the receiver's monotonic clock.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>How long the beat holds. Default: three heartbeat periods.</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>What the service says of itself.</summary>
    public ServiceStatus Status { get; init; } = ServiceStatus.Serving;
}

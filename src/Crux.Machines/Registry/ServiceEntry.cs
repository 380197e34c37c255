namespace Crux.Machines.Registry;

/// <summary>One service point that is registered.</summary>
public sealed record ServiceEntry
{
    /// <summary>The longest instance id, in characters.</summary>
    public const int MaxInstanceIdLength = 128;

    /// <summary>The longest artifact name, in characters.</summary>
    public const int MaxArtifactLength = 128;

    /// <summary>The longest word of the health checks that is kept, in characters; more is cut off.</summary>
    public const int MaxReasonLength = 512;

    /// <summary>The node that it runs on.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Names this life of the point on its node.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The group that it is in.</summary>
    public required string Group { get; init; }

    /// <summary>Api and version.</summary>
    public required InstanceName Instance { get; init; }

    /// <summary>Where it listens.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>What people call its node.</summary>
    public required string NodeName { get; init; }

    /// <summary>Which life of its node's address slot registered it.</summary>
    public uint Incarnation { get; init; }

    /// <summary>The key that clients pin.</summary>
    public required KeyHash KeyHash { get; init; }

    /// <summary>The key that clients pin besides, because it is shown next; all zero where none is.</summary>
    public KeyHash NextKeyHash { get; init; }

    /// <summary>What the service says of itself.</summary>
    public ServiceStatus Status { get; init; }

    /// <summary>What its health checks said, in words; empty where all is well.</summary>
    public string StatusReason { get; init; } = "";

    /// <summary>Milliseconds since 1970 on its node's wall clock, of the beat that brought this content. For people.</summary>
    public long IssuedUnixMs { get; init; }

    /// <summary>How long one beat holds.</summary>
    public TimeSpan ValidFor { get; init; }

    /// <summary>Whatever its owner wrote on it.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>The artifact it runs; empty where nobody said.</summary>
    public string Artifact { get; init; } = "";

    /// <summary>Under whose lead the steward took it in; all zero before.</summary>
    public GroupToken Token { get; init; }

    /// <summary>The entry's name within its group.</summary>
    public EntryKey Key => new(Node, InstanceId);

    /// <summary>Where it is, for people: <c>node345:1234</c>.</summary>
    public NetId NetId => new(NodeName, Address.Port);

    /// <summary>Whether both say the same; when they were issued and under whose lead they were taken in is left aside.</summary>
    public bool SaysTheSameAs(ServiceEntry other) =>
        ReferenceEquals(this, other) || this with { IssuedUnixMs = other.IssuedUnixMs, Token = other.Token } == other;

    /// <summary>
    /// A hash over what the entry says. The wrapping sum over a set of entries tells whether two sets are equal, in any order.
    /// </summary>
    public ulong Fingerprint()
    {
        var mix = FixedHash.Start
            .Add(Node.High).Add(Node.Low).Add(InstanceId).Add(Group).Add(Instance.Api).Add(Instance.Version)
            .Add(Address.High).Add(Address.Low).Add(Address.Port).Add(NodeName).Add(Incarnation)
            .Add(KeyHash.A).Add(KeyHash.B).Add(KeyHash.C).Add(KeyHash.D)
            .Add(NextKeyHash.A).Add(NextKeyHash.B).Add(NextKeyHash.C).Add(NextKeyHash.D)
            .Add((ulong)Status).Add(StatusReason).Add((ulong)ValidFor.Ticks).Add(Artifact);
        foreach (var (key, value) in Labels.Pairs)
            mix = mix.Add(key).Add(value);
        return mix.Value;
    }
}

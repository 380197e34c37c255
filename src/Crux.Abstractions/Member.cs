namespace Crux;

/// <summary>One node in a group's view.</summary>
public sealed record Member
{
    /// <summary>Who it is.</summary>
    public required NodeId Id { get; init; }

    /// <summary>What people call it; the id's first digits until its signed blob has arrived. Unique in the view.</summary>
    public required string Name { get; init; }

    /// <summary>Where its daemon listens, UDP for the flock and TCP for services.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>Which life of this address slot this is.</summary>
    public required uint Incarnation { get; init; }

    /// <summary>What the view says of it.</summary>
    public MemberStatus Status { get; init; }

    /// <summary>The rack its operator put it in; empty where nobody said.</summary>
    public string Rack { get; init; } = "";
}

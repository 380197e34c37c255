namespace Crux.Services.Operator;

/// <summary>What an operator is told of the answering node; known before it serves, and unchanged while it runs.</summary>
public sealed record NodeFacts
{
    /// <summary>The node's id.</summary>
    public required NodeId Id { get; init; }

    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where its daemon listens.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>Its rack; empty where nobody said.</summary>
    public string Rack { get; init; } = "";

    /// <summary><c>bloc/name</c>.</summary>
    public required string FlockId { get; init; }

    /// <summary>The flock's own group.</summary>
    public required string Group { get; init; }

    /// <summary>The daemon's version, <c>0.1.0</c>.</summary>
    public required string Version { get; init; }
}

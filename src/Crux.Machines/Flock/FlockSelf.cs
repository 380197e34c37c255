namespace Crux.Machines.Flock;

/// <summary>What a node says of itself when its flock machine starts.</summary>
public sealed record FlockSelf
{
    /// <summary>Length of <see cref="BootSecret"/>.</summary>
    public const int BootSecretBytes = 32;

    /// <summary>What people call it; see <see cref="NameRules"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it sends from and listens; the port included. Others must see its datagrams come from just there.</summary>
    public required NetAddress Address { get; init; }

    /// <summary>Its P-256 public key (SubjectPublicKeyInfo, DER); the node id is its hash.</summary>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>
    /// 32 bytes that no other boot of any node has: from a cryptographic source in a daemon, from the seed in a simulation.
    /// The boot salt and the cookie key come from it, so using it twice would use nonces twice.
    /// </summary>
    public required ReadOnlyMemory<byte> BootSecret { get; init; }

    /// <summary>The rack its operator put it in; at most 64 characters.</summary>
    public string Rack { get; init; } = "";

    /// <summary>The version of the daemon; at most 32 characters.</summary>
    public string Version { get; init; } = "";

    /// <summary>What the machine says of itself: cores, memory. Few and short; see <see cref="Flock.Attributes.NodeAttributes"/>.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Who it is.</summary>
    public NodeId Id => NodeId.FromPublicKey(PublicKey.Span);
}

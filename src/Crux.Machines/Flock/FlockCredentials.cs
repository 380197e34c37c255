namespace Crux.Machines.Flock;

/// <summary>What lets a node ask to join: the flock's name, its bloc and the shared secret. All three are key material.</summary>
/// <remarks>Not a record: a record would print its secret.</remarks>
public sealed class FlockCredentials(string name, BlocId bloc, ReadOnlyMemory<byte> secret)
{
    /// <summary>The shortest secret accepted.</summary>
    public const int MinSecretBytes = 16;

    /// <summary>The flock's name.</summary>
    public string Name { get; } = name;

    /// <summary>The flock's bloc.</summary>
    public BlocId Bloc { get; } = bloc;

    /// <summary>The shared secret, from the flock file.</summary>
    public ReadOnlyMemory<byte> Secret { get; } = secret;

    /// <summary>The operator's public key (SubjectPublicKeyInfo, DER), from the flock file; empty: this node takes no orders.</summary>
    public ReadOnlyMemory<byte> OperatorPublicKey { get; init; }

    /// <summary><c>bloc/name</c>, never the secret.</summary>
    public override string ToString() => $"{Bloc}/{Name}";
}

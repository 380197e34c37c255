using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Machines.Flock.Keys;

namespace Crux.Node.Security;

/// <summary>Who this node is: its key, the id that follows from it, and the certificate that it shows to other nodes.</summary>
internal sealed class NodeIdentity : IDisposable
{
    private readonly ECDsa _key;

    private NodeIdentity(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = NodeId.FromPublicKey(PublicKey);
        Certificate = PinnedCertificate.Create(key, $"crux node {Id}");
        Signer = new P256NodeSigner(key);
    }

    /// <summary>The id that the key certifies.</summary>
    public NodeId Id { get; }

    /// <summary>SubjectPublicKeyInfo (DER).</summary>
    public byte[] PublicKey { get; }

    /// <summary>Self-signed, around the key; the flock's view is what makes it trusted.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Signs with the key; it never leaves this process.</summary>
    public P256NodeSigner Signer { get; }

    /// <summary>The identity kept in a state directory, made there at the first start.</summary>
    /// <exception cref="NodeStartException">The directory or the key can't be used; the message says what to do.</exception>
    public static NodeIdentity Load(string stateDirectory) => new(NodeKeyStore.LoadOrCreate(stateDirectory));

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}

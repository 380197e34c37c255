using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Machines.Flock.Keys;
using Crux.Services.Reeve;

namespace Crux.Node.Security;

/// <summary>Who this node is: its key, the id that follows from it, and the certificate that it shows to other nodes.</summary>
internal sealed class NodeIdentity : IDisposable
{
    private readonly ECDsa _key;
    private readonly ECDsa _statementKey;

    private NodeIdentity(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = NodeId.FromPublicKey(PublicKey);
        Certificate = PinnedCertificate.Create(key, $"crux node {Id}");
        Signer = new P256NodeSigner(key);
        // The flock's loop and the reeve's callers sign at the same time, and one key object is for one of them.
        _statementKey = ECDsa.Create(key.ExportParameters(includePrivateParameters: true));
        Statements = new StatementSigner(_statementKey);
    }

    /// <summary>The id that the key certifies.</summary>
    public NodeId Id { get; }

    /// <summary>SubjectPublicKeyInfo (DER).</summary>
    public byte[] PublicKey { get; }

    /// <summary>Self-signed, around the key; the flock's view is what makes it trusted.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Signs for the flock; the key never leaves this process.</summary>
    public P256NodeSigner Signer { get; }

    /// <summary>Vouches for the keys of local processes.</summary>
    public StatementSigner Statements { get; }

    /// <summary>The identity kept in a state directory, made there at the first start.</summary>
    /// <exception cref="NodeStartException">The directory or the key can't be used; the message says what to do.</exception>
    public static NodeIdentity Load(string stateDirectory) => new(NodeKeyStore.LoadOrCreate(stateDirectory));

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _statementKey.Dispose();
        _key.Dispose();
    }
}

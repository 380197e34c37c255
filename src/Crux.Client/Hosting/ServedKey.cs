using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Client.Connect;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Hosting;

/// <summary>A key that an endpoint shows.</summary>
internal sealed class ServedKey
{
    // Left to the collector: a handshake under way may still sign with it.
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private volatile X509Certificate2 _certificate;
    private ByteString _nodeKey = ByteString.Empty;

    public ServedKey(string commonName)
    {
        Pin = SHA256.HashData(_key.ExportSubjectPublicKeyInfo());
        // Listening comes before the node's answer; nobody accepts this one.
        _certificate = PinnedCertificate.Create(_key, commonName);
    }

    /// <summary>SHA-256 over the public key: what the registry tells clients to pin.</summary>
    public byte[] Pin { get; }

    /// <summary>The newest certificate; carries a node's statement once one has vouched.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>Its generation; 0 until a node has vouched.</summary>
    public ulong Generation { get; private set; }

    /// <summary>Has the node vouch for it. An older key stays of its generation, also where it is signed again.</summary>
    public async Task<NodeInfo?> EnrollAsync(ReeveLink link, EnrollRequest request, CancellationToken cancellationToken)
    {
        var signed = await SignedKey.AskAsync(link, _key, request, cancellationToken);
        if (!_nodeKey.Equals(signed.NodeKey))
            Generation = signed.Generation;
        _nodeKey = signed.NodeKey;
        _certificate = signed.Certificate;
        return signed.Node;
    }
}

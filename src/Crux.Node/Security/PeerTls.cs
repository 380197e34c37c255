using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Crux.Node.Security;

/// <summary>
/// TLS between nodes: 1.3 only, both sides show the certificate of their node's key. The flock's view is the list of who may call;
/// a caller also insists on the very node that it means.
/// </summary>
internal sealed class PeerTls(NodeIdentity identity, IGroupView view)
{
    // One context for all connections: building it costs more than a handshake.
    private readonly SslServerAuthenticationOptions _server =
        PinnedCertificate.ServerOptions(identity.Certificate, shown => IsMember(view, shown));

    /// <summary>Options for the peer port: whoever is not in the view now is refused in the handshake.</summary>
    public SslServerAuthenticationOptions Server => _server;

    /// <summary>Options for a connection to <paramref name="peer"/> and nobody else.</summary>
    public SslClientAuthenticationOptions ClientFor(NodeId peer) =>
        PinnedCertificate.ClientOptions(identity.Certificate, shown => NodeOf(shown) == peer);

    /// <summary>The node that a certificate belongs to; null where its key is of no kind that a node has.</summary>
    public static NodeId? NodeOf(X509Certificate2 certificate)
    {
        try
        {
            return PinnedCertificate.NodeOf(certificate);
        }
        catch (Exception problem) when (problem is System.Security.Cryptography.CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static bool IsMember(IGroupView view, X509Certificate2 shown) => NodeOf(shown) is { } id && view.Current.Find(id) is not null;
}

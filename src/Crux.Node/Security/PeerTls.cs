using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Crux.Machines.Flock.Authority;
using Crux.Services.Operator;

namespace Crux.Node.Security;

/// <summary>
/// TLS between nodes: 1.3 only, both sides show the certificate of their node's key. The flock's view is the list of who may call;
/// a caller also insists on the very node that it means.
/// </summary>
internal sealed class PeerTls(NodeIdentity identity, IGroupView view, OperatorBoard operators)
{
    // One for all connections: building it costs more than a handshake. Not before the first one comes: the flock is looked for meanwhile.
    private readonly Lazy<SslServerAuthenticationOptions> _server =
        new(() => PinnedCertificate.ServerOptions(identity.Certificate, shown => IsMember(view, shown) || OperatorOf(shown, operators) is not null));

    /// <summary>Options for the peer port: whoever is neither in the view now nor an operator is refused in the handshake.</summary>
    public SslServerAuthenticationOptions Server => _server.Value;

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

    /// <summary>What stands for an operator's key, where the certificate is one's; else null.</summary>
    public UInt128? OperatorOf(X509Certificate2 shown) => OperatorOf(shown, operators);

    private static UInt128? OperatorOf(X509Certificate2 shown, OperatorBoard operators)
    {
        try
        {
            return OperatorBoard.KeyOf(shown) is var key && operators.RoleOf(key) != OperatorRole.None ? key : null;
        }
        catch (Exception problem) when (problem is System.Security.Cryptography.CryptographicException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    private static bool IsMember(IGroupView view, X509Certificate2 shown) => NodeOf(shown) is { } id && view.Current.Find(id) is not null;
}

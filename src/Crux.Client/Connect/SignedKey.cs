using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Connect;

/// <summary>A key with its node's signature, as the certificate that TLS shows.</summary>
/// <param name="Certificate">Self-signed, with the statement in it.</param>
/// <param name="Generation">Which generation of the name's keys it is.</param>
/// <param name="NodeKey">The node that vouches.</param>
/// <param name="Node">Where the process runs.</param>
internal sealed record SignedKey(X509Certificate2 Certificate, ulong Generation, ByteString NodeKey, NodeInfo? Node)
{
    /// <summary>Has the node sign <paramref name="key"/>, as <paramref name="request"/> says.</summary>
    public static async Task<SignedKey> AskAsync(ReeveLink link, ECDsa key, EnrollRequest request, CancellationToken cancellationToken)
    {
        request.PublicKey = UnsafeByteOperations.UnsafeWrap(key.ExportSubjectPublicKeyInfo());
        var reply = await link.Reeve.EnrollAsync(request, cancellationToken: cancellationToken);
        var statement = IdentityStatement.Parser.ParseFrom(reply.Statement.Statement);
        var certificate = PinnedCertificate.Create(key, request.Service, reply.Statement.ToByteArray());
        return new(certificate, statement.Generation, statement.NodeKey, reply.Node);
    }
}

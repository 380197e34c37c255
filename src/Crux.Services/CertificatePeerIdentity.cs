using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Crux.Services;

/// <summary>The calling node is the one whose key its TLS certificate proved.</summary>
internal sealed class CertificatePeerIdentity : IPeerIdentity
{
    public bool TryRead(ServerCallContext context, out NodeId node, [NotNullWhen(false)] out string? problem)
    {
        var certificate = context.GetHttpContext().Connection.ClientCertificate;
        problem = certificate is null ? "Show the node's certificate: only nodes of the flock call here." : null;
        node = certificate is null ? default : NodeId.FromPublicKey(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        return certificate is not null;
    }
}

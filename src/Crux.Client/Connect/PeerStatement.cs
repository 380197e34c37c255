using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Connect;

/// <summary>What a peer's certificate says of it, once everything in it has been verified.</summary>
internal sealed record PeerStatement(string Service, string Group, NodeId Node)
{
    private const int SignatureSizeBytes = 64;

    private static readonly byte[] Context = Encoding.ASCII.GetBytes("crux identity v1\0");

    /// <summary>
    /// Verifies that a node of <paramref name="nodes"/> vouches for the very key that the certificate shows.
    /// </summary>
    /// <param name="problem">What is wrong, for the log.</param>
    public static PeerStatement? TryRead(X509Certificate2 certificate, Func<NodeId, bool> nodes, out string problem)
    {
        if (PinnedCertificate.StatementOf(certificate) is not { } bytes)
        {
            problem = "its certificate carries no statement by a node";
            return null;
        }
        try
        {
            var signed = SignedStatement.Parser.ParseFrom(bytes);
            var statement = IdentityStatement.Parser.ParseFrom(signed.Statement);
            if (!statement.PublicKey.Span.SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
            {
                problem = "its statement is about another key";
                return null;
            }
            var node = NodeId.FromPublicKey(statement.NodeKey.Span);
            if (!nodes(node))
            {
                problem = $"node {node.Brief}, which vouches for it, is not in the flock";
                return null;
            }
            if (!IsSigned(signed, statement.NodeKey))
            {
                problem = $"the signature of node {node.Brief} does not verify";
                return null;
            }
            problem = "";
            return new PeerStatement(statement.Service, statement.Group, node);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or CryptographicException or PlatformNotSupportedException)
        {
            problem = "its statement can't be read";
            return null;
        }
    }

    private static bool IsSigned(SignedStatement signed, ByteString nodeKey)
    {
        if (signed.Signature.Length != SignatureSizeBytes)
            return false;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(nodeKey.Span, out _);
        byte[] message = [.. Context, .. signed.Statement.Span];
        return key.VerifyData(message, signed.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Client.Connect;

/// <summary>What a peer's certificate says of it.</summary>
/// <param name="Service">The name that its node vouches for.</param>
/// <param name="Also">Further instances that it serves.</param>
/// <param name="Node">The node that vouches.</param>
/// <param name="Destination">The pin of the endpoint that the key was signed for; empty in a key to serve with.</param>
/// <param name="Generation">Which generation of the name's keys on that node it is.</param>
/// <param name="Oldest">The oldest generation that still counts, as of this one.</param>
/// <param name="Acknowledged">The newest order against keys of this name that its node knew of.</param>
internal sealed record PeerStatement(
    string Service, ImmutableArray<string> Also, string Group, NodeId Node, ReadOnlyMemory<byte> Destination, ulong Generation, ulong Oldest, uint Acknowledged)
{
    private const int SignatureSizeBytes = 64;

    /// <summary>What a node signs begins with it, so that nothing else that it signs can be taken for a statement.</summary>
    public static readonly byte[] Context = Encoding.ASCII.GetBytes("crux identity v1\0");

    /// <summary>
    /// Verifies that a node of <paramref name="nodes"/> vouches for the very key that the certificate shows.
    /// </summary>
    /// <param name="problem">What is wrong, for the log.</param>
    public static PeerStatement? TryRead(X509Certificate2 certificate, Func<NodeId, bool> nodes, out string problem)
    {
        if (Parse(certificate, out problem) is not ({ } signed, { } statement))
            return null;
        try
        {
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
            return From(statement, node);
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException)
        {
            problem = "its statement can't be read";
            return null;
        }
    }

    /// <summary>Reads again what a handshake has verified; TLS keeps nothing but the certificate.</summary>
    public static PeerStatement? ReadVerified(X509Certificate2 certificate) =>
        Parse(certificate, out _) is (_, { } statement) ? From(statement, NodeId.FromPublicKey(statement.NodeKey.Span)) : null;

    private static PeerStatement From(IdentityStatement statement, NodeId node) =>
        new(statement.Service, [.. statement.Also], statement.Group, node, statement.Destination.Memory, statement.Generation, statement.OldestGeneration, statement.Acknowledged);

    private static (SignedStatement? Signed, IdentityStatement? Statement) Parse(X509Certificate2 certificate, out string problem)
    {
        if (PinnedCertificate.StatementOf(certificate) is not { } bytes)
        {
            problem = "its certificate carries no statement by a node";
            return default;
        }
        try
        {
            problem = "";
            var signed = SignedStatement.Parser.ParseFrom(bytes);
            return (signed, IdentityStatement.Parser.ParseFrom(signed.Statement));
        }
        catch (InvalidProtocolBufferException)
        {
            problem = "its statement can't be read";
            return default;
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

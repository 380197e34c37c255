using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crux;
using Crux.Protos;
using Google.Protobuf;

namespace PlainHttp;

/// <summary>What a node vouches for in a certificate. A pin alone believes whatever the registry says; this does not.</summary>
internal static class NodeStatement
{
    private const int SignatureSizeBytes = 64;

    private static readonly byte[] Context = Encoding.ASCII.GetBytes("crux identity v1\0");

    /// <summary>Whether a node of the flock has signed the very key that the certificate shows for the instance that is meant.</summary>
    public static bool IsFor(string instance, X509Certificate2 shown, Func<NodeId, bool> isMember)
    {
        try
        {
            if (PinnedCertificate.StatementOf(shown) is not { } bytes)
                return false;
            var signed = SignedStatement.Parser.ParseFrom(bytes);
            var said = IdentityStatement.Parser.ParseFrom(signed.Statement);
            return said.PublicKey.Span.SequenceEqual(shown.PublicKey.ExportSubjectPublicKeyInfo())
                && said.Destination.IsEmpty
                && (said.Service == instance || said.Also.Contains(instance))
                && isMember(NodeId.FromPublicKey(said.NodeKey.Span))
                && IsSigned(signed, said.NodeKey);
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or CryptographicException or PlatformNotSupportedException)
        {
            // Whoever shows what can't be read is a stranger.
            return false;
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

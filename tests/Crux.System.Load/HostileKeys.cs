using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.System.Load;

/// <summary>The keys with which somebody may try who should not get in.</summary>
internal static class HostileKeys
{
    /// <summary>What the thief calls itself where a node signs for it.</summary>
    public const string Name = "thief";

    /// <summary>Nobody vouches for it.</summary>
    public static X509Certificate2 Bare() => PinnedCertificate.Create(NewKey(), Name);

    /// <summary>A node vouches that the flock doesn't know.</summary>
    public static X509Certificate2 OfStranger(ByteString destination)
    {
        using var node = NewKey();
        var key = NewKey();
        var statement = new IdentityStatement
        {
            Group = "lab",
            Service = Name,
            PublicKey = Public(key),
            NodeKey = Public(node),
            Destination = destination,
            Generation = 1,
        }.ToByteArray();
        byte[] message = [.. Encoding.ASCII.GetBytes("crux identity v1\0"), .. statement];
        var signature = node.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return PinnedCertificate.Create(key, Name, new SignedStatement { Statement = ByteString.CopyFrom(statement), Signature = ByteString.CopyFrom(signature) }.ToByteArray());
    }

    /// <summary>The node at the socket vouches, for calling <paramref name="destination"/> and nobody else.</summary>
    public static async Task<X509Certificate2> SignedAsync(ChannelBase node, ByteString destination, CancellationToken stopping)
    {
        var key = NewKey();
        var reply = await new Reeve.ReeveClient(node).EnrollAsync(new EnrollRequest { Service = Name, PublicKey = Public(key), Destination = destination }, cancellationToken: stopping);
        return PinnedCertificate.Create(key, Name, reply.Statement.ToByteArray());
    }

    /// <summary>A node's own key, read from its state directory.</summary>
    public static X509Certificate2 OfNode(string path)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(path));
        return PinnedCertificate.Create(key, "node");
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static ByteString Public(ECDsa key) => ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo());
}

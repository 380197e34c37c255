using System.Security.Cryptography;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Services.Reeve;

/// <summary>Signs, with the node's key, the keys that local processes made for themselves.</summary>
/// <remarks>Thread-safe. The key stays with whoever made it, and is disposed by it.</remarks>
public sealed class StatementSigner(ECDsa key)
{
    private readonly byte[] _nodeKey = key.ExportSubjectPublicKeyInfo();
    private readonly Lock _gate = new();

    /// <summary>Signs <paramref name="statement"/>, with the node's own key named in it.</summary>
    public SignedStatement Sign(IdentityStatement statement)
    {
        statement.NodeKey = ByteString.CopyFrom(_nodeKey);
        var bytes = statement.ToByteArray();
        byte[] signature;
        // The framework does not promise that one key signs on two threads at once.
        lock (_gate)
            signature = key.SignData([.. StatementRules.Context, .. bytes], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new SignedStatement { Statement = ByteString.CopyFrom(bytes), Signature = ByteString.CopyFrom(signature) };
    }
}

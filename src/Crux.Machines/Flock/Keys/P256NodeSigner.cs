using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>ECDSA with P-256 and SHA-256, and ECDH with the same key for what is sealed to it. Owns the key that it is given.</summary>
public sealed class P256NodeSigner : INodeSigner, IDisposable
{
    private readonly ECDsa _key;
    private readonly ECDiffieHellman _agreement;

    /// <summary>Signs with <paramref name="key"/>, which must be a P-256 key with its private part.</summary>
    public P256NodeSigner(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        _agreement = ECDiffieHellman.Create(key.ExportParameters(includePrivateParameters: true));
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) =>
        _key.SignData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length
                && key.KeySize == 256
                && key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        // A curve that nobody knows is not a cryptographic error to the framework.
        catch (Exception problem) when (problem is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TrySeal(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> text, Span<byte> sealedText) =>
        P256Seal.TrySeal(publicKey, associated, text, sealedText);

    /// <inheritdoc/>
    public bool TryUnseal(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, Span<byte> text) =>
        P256Seal.TryUnseal(_agreement, associated, sealedText, text);

    /// <inheritdoc/>
    public void Dispose()
    {
        _agreement.Dispose();
        _key.Dispose();
    }
}

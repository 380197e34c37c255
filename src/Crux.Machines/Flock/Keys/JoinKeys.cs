using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Crux.Machines.Flock.Keys;

/// <summary>What is derived from the flock's secret, bloc and name: the tag that frames carry, and one key for each sender's boot.</summary>
internal sealed class JoinKeys
{
    private readonly byte[] _joinKey;
    private readonly IFrameCipherSource _ciphers;

    public JoinKeys(FlockCredentials credentials, IFrameCipherSource ciphers)
    {
        if (credentials.Secret.Length < FlockCredentials.MinSecretBytes)
            throw new ArgumentException($"A flock's secret has at least {FlockCredentials.MinSecretBytes} bytes; make one with 'crux secret new'.", nameof(credentials));
        _ciphers = ciphers;
        // The separator can't stand in a name, so no two pairs of bloc and name read alike.
        var info = Encoding.UTF8.GetBytes($"crux join v1\0{credentials.Bloc.Name}\0{credentials.Name}");
        _joinKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, credentials.Secret.ToArray(), IFrameCipherSource.KeyBytes, info: info);
        Span<byte> tag = stackalloc byte[2];
        HKDF.Expand(HashAlgorithmName.SHA256, _joinKey, tag, "crux flock tag v1"u8);
        FlockTag = BinaryPrimitives.ReadUInt16BigEndian(tag);
    }

    public ushort FlockTag { get; }

    /// <summary>A cipher for the frames of the boot that has this salt.</summary>
    public IFrameCipher CipherFor(ulong salt)
    {
        Span<byte> info = stackalloc byte[16 + sizeof(ulong)];
        "crux sender v1\0\0"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[16..], salt);
        Span<byte> key = stackalloc byte[IFrameCipherSource.KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _joinKey, key, info);
        var cipher = _ciphers.Create(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    public void Forget() => CryptographicOperations.ZeroMemory(_joinKey);
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// What is derived from the flock's secret, bloc and name: the tag that frames carry, and one key for each sender's boot. A join key
/// that came with the active generation takes its place: the flock file's secret was replaced.
/// </summary>
internal sealed class JoinTier
{
    private readonly IFrameCipherSource _ciphers;
    private readonly byte[] _key;
    private readonly ushort _fileTag;

    public JoinTier(FlockCredentials credentials, IFrameCipherSource ciphers)
    {
        if (credentials.Secret.Length < FlockCredentials.MinSecretBytes)
            throw new ArgumentException($"A flock's secret has at least {FlockCredentials.MinSecretBytes} bytes; make one with 'crux secret new'.", nameof(credentials));
        _ciphers = ciphers;
        _key = KeyOf(credentials.Secret.Span, credentials);
        FlockTag = _fileTag = TagOf(_key);
    }

    public ushort FlockTag { get; private set; }

    /// <summary>Counts the replacements: a cipher of an earlier join key must not serve any more.</summary>
    public long Version { get; private set; }

    /// <summary>The join key that a secret stands for.</summary>
    public static byte[] KeyOf(ReadOnlySpan<byte> secret, FlockCredentials flock)
    {
        // The separator can't stand in a name, so no two pairs of bloc and name read alike.
        var info = Encoding.UTF8.GetBytes($"crux join v1\0{flock.Bloc.Name}\0{flock.Name}");
        var key = new byte[IFrameCipherSource.KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: default, info);
        return key;
    }

    /// <summary>Takes another join key in place of the one until now: the old secret lets nobody in any more.</summary>
    public bool Replace(ReadOnlySpan<byte> key)
    {
        if (CryptographicOperations.FixedTimeEquals(key, _key))
            return false;
        key.CopyTo(_key);
        FlockTag = TagOf(_key);
        Version++;
        return true;
    }

    /// <summary>Whether a member's frame may carry this tag: of this join key, the flock file's, or one that comes with a generation held.</summary>
    public bool IsOurs(ushort tag, Keyring ring)
    {
        if (tag == FlockTag || tag == _fileTag)
            return true;
        for (var i = 0; i < ring.Count; i++)
        {
            if (ring[i].JoinKey is { IsEmpty: false } key && tag == TagOf(key))
                return true;
        }
        return false;
    }

    /// <summary>A cipher for the frames of the boot that has this salt.</summary>
    public IFrameCipher CipherFor(ulong salt)
    {
        Span<byte> info = stackalloc byte[16 + sizeof(ulong)];
        "crux sender v1\0\0"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[16..], salt);
        Span<byte> key = stackalloc byte[IFrameCipherSource.KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, key, info);
        var cipher = _ciphers.Create(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    public void Forget() => CryptographicOperations.ZeroMemory(_key);

    private static ushort TagOf(ReadOnlySpan<byte> joinKey)
    {
        Span<byte> tag = stackalloc byte[2];
        HKDF.Expand(HashAlgorithmName.SHA256, joinKey, tag, "crux flock tag v1"u8);
        return BinaryPrimitives.ReadUInt16BigEndian(tag);
    }
}

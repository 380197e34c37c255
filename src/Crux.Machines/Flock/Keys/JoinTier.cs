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
        return true;
    }

    /// <summary>Whether a member's frame may carry this tag: of this join key, the flock file's, or one that comes with a generation held.</summary>
    public bool IsOurs(ushort tag, Keyring ring) => tag == _fileTag || Opens(tag, ring);

    /// <summary>Whether frames of the join tier with this tag are read: of this join key, or of one that comes with a generation held. Never of one that was replaced.</summary>
    public bool Opens(ushort tag, Keyring ring) => tag == FlockTag || Find(tag, ring) is not null;

    /// <summary>A cipher for the frames of the boot that has this salt, under the join key that the tag names.</summary>
    public IFrameCipher CipherFor(ulong salt, ushort tag, Keyring ring)
    {
        Span<byte> info = stackalloc byte[16 + sizeof(ulong)];
        "crux sender v1\0\0"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[16..], salt);
        return _ciphers.Derive(tag == FlockTag || Find(tag, ring) is not { } other ? _key : other.JoinKey, info);
    }

    // Some already go by a generation, and with it by its join key, that this node has fetched and not begun to use. The other way round, a
    // generation of before would bring its secret back.
    private static Generation? Find(ushort tag, Keyring ring)
    {
        for (var i = 0; i < ring.Count; i++)
        {
            if (ring[i].JoinTag == tag && ring[i].Id.Number >= (ring.Active?.Id.Number ?? 0))
                return ring[i];
        }
        return null;
    }

    public void Forget() => CryptographicOperations.ZeroMemory(_key);

    /// <summary>What frames show of a join key.</summary>
    public static ushort TagOf(ReadOnlySpan<byte> joinKey)
    {
        Span<byte> tag = stackalloc byte[2];
        HKDF.Expand(HashAlgorithmName.SHA256, joinKey, tag, "crux flock tag v1"u8);
        return BinaryPrimitives.ReadUInt16BigEndian(tag);
    }
}

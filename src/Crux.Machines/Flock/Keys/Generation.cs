using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// One generation of the flock's secondary key, and the flock's time in it. From it and the epoch comes the transient key, and from
/// that one key for each sender's boot.
/// </summary>
internal sealed class Generation
{
    /// <summary>The key, and the join key that replaces the flock file's: zeros where none does.</summary>
    public const int SecretBytes = 2 * IFrameCipherSource.KeyBytes;

    // The epoch under way and the one before, in its grace. Of a later one, no key is kept until a frame has proved that it has begun.
    private const int KeptTransients = 2;

    private readonly byte[] _secret;
    private readonly (long Epoch, byte[] Key)[] _transients = new (long, byte[])[KeptTransients];

    private Generation(GenerationId id, ReadOnlySpan<byte> secret)
    {
        (Id, _secret) = (id, secret.ToArray());
        JoinTag = JoinKey.IsEmpty ? null : JoinTier.TagOf(JoinKey);
    }

    public GenerationId Id { get; }

    public Epochs Time { get; } = new();

    /// <summary>The whole secret, to be sealed or kept on disk.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>The join key that came with it; empty where the flock file's stands.</summary>
    public ReadOnlySpan<byte> JoinKey => _secret.AsSpan(IFrameCipherSource.KeyBytes) is var key && key.ContainsAnyExcept((byte)0) ? key : default;

    /// <summary>What frames show of that join key; null where there is none.</summary>
    public ushort? JoinTag { get; }

    /// <summary>A new generation of <paramref name="secret"/>, whose time begins now.</summary>
    public static Generation Mint(Instant now, UInt128 lineage, ulong term, uint number, ReadOnlySpan<byte> secret)
    {
        var minted = new Generation(GenerationId.Of(lineage, term, number, secret), secret);
        minted.Time.Set(now, TimeSpan.Zero);
        return minted;
    }

    /// <summary>The generation of that name; null where the secret is not the one that the name's check is of.</summary>
    public static Generation? TryTake(GenerationId id, ReadOnlySpan<byte> secret) =>
        secret.Length == SecretBytes && !id.IsNone && GenerationId.Of(id.Lineage, id.Term, id.Number, secret) == id ? new Generation(id, secret) : null;

    /// <summary>A cipher for the frames of one boot in one epoch.</summary>
    public IFrameCipher CipherFor(Instant now, long epoch, ulong salt, IFrameCipherSource ciphers)
    {
        Span<byte> info = stackalloc byte[16 + sizeof(ulong)];
        "crux sender v1\0\0"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[16..], salt);
        return ciphers.Derive(TransientOf(now, epoch), info);
    }

    /// <summary>Forgets the transient keys of epochs that nobody opens any more.</summary>
    public void Retire(Instant now)
    {
        for (var i = 0; i < KeptTransients; i++)
        {
            if (_transients[i].Key is not { } key || Time.Opens(now, _transients[i].Epoch))
                continue;
            CryptographicOperations.ZeroMemory(key);
            _transients[i] = default;
        }
    }

    public void Forget()
    {
        CryptographicOperations.ZeroMemory(_secret);
        foreach (var (_, key) in _transients)
            CryptographicOperations.ZeroMemory(key);
        Array.Clear(_transients);
    }

    private byte[] TransientOf(Instant now, long epoch)
    {
        ref var place = ref _transients[(int)(epoch % KeptTransients)];
        if (place.Key is { } kept && place.Epoch == epoch)
            return kept;
        Span<byte> info = stackalloc byte[24 + sizeof(long)];
        info.Clear();
        "crux transient v1"u8.CopyTo(info);
        BinaryPrimitives.WriteInt64BigEndian(info[24..], epoch);
        var key = new byte[IFrameCipherSource.KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _secret.AsSpan(0, IFrameCipherSource.KeyBytes), key, info);
        if (epoch <= Time.At(now) && (place.Key is null || place.Epoch < epoch))
            place = (epoch, key);
        return key;
    }
}

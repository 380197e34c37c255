using System.Buffers.Binary;
using System.Security.Cryptography;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// What every HELLO carries behind its frame: bloc, name and uuid of the sender's flock, under a key that comes from the secret alone. So
/// two flocks of one secret can name each other though neither reads anything else of the other. It changes no view.
/// </summary>
/// <remarks>Each sender has a beacon key of its own, and the frame's counter is the nonce: none repeats. The frame's header is authenticated with it.</remarks>
internal sealed class Beacons : IDisposable
{
    /// <summary>Beacons of unknown senders looked at: at once, and a second. One costs some 5 us.</summary>
    public const int LookBurst = 64;

    /// <inheritdoc cref="LookBurst"/>
    public const double LooksPerSecond = 32;

    /// <summary>The shortest: uuid, two names of one letter, tag, its own length.</summary>
    public const int MinBytes = 16 + (2 * 2) + IFrameCipher.TagBytes + 1;

    /// <summary>The longest: uuid, two names, tag, its own length.</summary>
    public const int MaxBytes = 16 + (2 * (1 + NameRules.MaxLength)) + IFrameCipher.TagBytes + 1;

    private readonly FlockState _state;
    private readonly IFrameCipherSource _ciphers;
    private readonly byte[] _key;
    private readonly IFrameCipher _cipher;
    private readonly TokenBucket _looks = new(LookBurst, LooksPerSecond);

    public Beacons(FlockState state, FlockCredentials credentials, IFrameCipherSource ciphers)
    {
        (_state, _ciphers) = (state, ciphers);
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, credentials.Secret.ToArray(), IFrameCipherSource.KeyBytes, info: "crux beacon v1"u8.ToArray());
        _cipher = CipherFor(state.Gate.Salt);
    }

    /// <summary>Writes this node's beacon behind a frame that is sealed already; returns its length.</summary>
    public int Write(ReadOnlySpan<byte> frame, Span<byte> target)
    {
        var writer = new WireWriter(target);
        writer.UInt128(_state.Uuid);
        writer.Text(_state.Bloc);
        writer.Text(_state.Flock);
        var text = writer.Length;
        Span<byte> nonce = stackalloc byte[IFrameCipher.NonceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], FrameHeader.Read(frame).Counter);
        _cipher.Seal(nonce, frame[..FrameHeader.SizeBytes], target[..text], target.Slice(text, IFrameCipher.TagBytes));
        var length = text + IFrameCipher.TagBytes + 1;
        target[length - 1] = (byte)length;
        return length;
    }

    /// <summary>Whose the beacon behind a frame is; null where there is none, it is of another secret, or too many were looked at.</summary>
    public ForeignSighting? Read(NetAddress from, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length is <= FrameHeader.OverheadBytes or > IConfab.MaxDatagramBytes)
            return null;
        var header = FrameHeader.Read(datagram);
        var beacon = header.BeaconOf(datagram);
        if (beacon.Length is < MinBytes or > MaxBytes || !_looks.TryTake(_state.Now))
            return null;
        using var cipher = CipherFor(header.Salt);
        Span<byte> nonce = stackalloc byte[IFrameCipher.NonceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], header.Counter);
        Span<byte> text = stackalloc byte[beacon.Length - IFrameCipher.TagBytes - 1];
        if (!cipher.TryOpen(nonce, datagram[..FrameHeader.SizeBytes], beacon[..text.Length], beacon.Slice(text.Length, IFrameCipher.TagBytes), text))
            return null;
        var reader = new WireReader(text);
        var sighting = new ForeignSighting(Uuid: reader.UInt128(), Bloc: reader.Text(NameRules.MaxLength), Flock: reader.Text(NameRules.MaxLength), At: from);
        return !reader.Failed && reader.AtEnd && NameRules.Holds(sighting.Bloc) && NameRules.Holds(sighting.Flock) ? sighting : null;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    private IFrameCipher CipherFor(ulong salt)
    {
        Span<byte> info = stackalloc byte[16 + sizeof(ulong)];
        "crux sender v1\0\x01"u8.CopyTo(info);
        BinaryPrimitives.WriteUInt64BigEndian(info[16..], salt);
        Span<byte> key = stackalloc byte[IFrameCipherSource.KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, key, info);
        var cipher = _ciphers.Create(key);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }
}

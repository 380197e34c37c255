using System.Buffers.Binary;
using System.Security.Cryptography;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Seals what goes out and opens what comes in. What does not authenticate leaves nothing behind but a count; an unknown salt
/// costs one derivation, and those are rationed.
/// </summary>
internal sealed class FrameGate : IDisposable
{
    /// <summary>Senders remembered beyond the members of the view: newcomers under way.</summary>
    public const int MaxStrangers = 1_024;

    /// <summary>Keys derived for unknown salts: at once, and a second. One costs some 5 us.</summary>
    public const int DerivationBurst = 1_024;

    /// <inheritdoc cref="DerivationBurst"/>
    public const double DerivationsPerSecond = 2_000;

    private const int AddressBytes = 18;
    private const int MaxAssociatedBytes = FrameHeader.SizeBytes + sizeof(ulong) + (2 * AddressBytes);

    private readonly NetAddress _self;
    private readonly JoinKeys _keys;
    private readonly SenderTable _senders;
    private readonly IFrameCipher _cipher;
    private readonly TokenBucket _derivations = new(DerivationBurst, DerivationsPerSecond);
    private readonly byte[] _plain = new byte[FrameHeader.MaxPayloadBytes];
    private ulong _counter;

    public FrameGate(FlockSelf self, FlockCredentials credentials, IFrameCipherSource ciphers, int maxMembers, Func<ulong, bool> isMember)
    {
        if (self.BootSecret.Length != FlockSelf.BootSecretBytes)
            throw new ArgumentException($"A boot secret has {FlockSelf.BootSecretBytes} bytes.", nameof(self));
        _self = self.Address;
        _keys = new JoinKeys(credentials, ciphers);
        _senders = new SenderTable(maxMembers + MaxStrangers, isMember);
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        HKDF.Expand(HashAlgorithmName.SHA256, self.BootSecret.Span, salt, "crux boot salt v1"u8);
        Salt = BinaryPrimitives.ReadUInt64BigEndian(salt);
        Span<byte> cookieKey = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, self.BootSecret.Span, cookieKey, "crux cookie v1"u8);
        Cookies = new CookieJar(cookieKey);
        _cipher = _keys.CipherFor(Salt);
    }

    /// <summary>This boot's salt.</summary>
    public ulong Salt { get; }

    public CookieJar Cookies { get; }

    public int SenderCount => _senders.Count;

    /// <summary>Seals <paramref name="payload"/> into <paramref name="frame"/>; bound to the receiver's boot and both addresses where a salt is given.</summary>
    /// <returns>The frame's length.</returns>
    public int Seal(NetAddress to, ulong? receiverSalt, ReadOnlySpan<byte> payload, Span<byte> frame)
    {
        if (_counter == FrameHeader.MaxCounter)
            throw new InvalidOperationException("The frame counter is used up; the node has to start again.");
        var form = receiverSalt is null ? FrameHeader.UnboundForm : FrameHeader.BoundForm;
        var header = new FrameHeader(FrameHeader.CurrentVersion, form, _keys.FlockTag, 0, Salt, ++_counter);
        header.Write(frame);
        Span<byte> associated = stackalloc byte[MaxAssociatedBytes];
        associated = Associate(frame, header, receiverSalt ?? 0, _self, to, associated);
        Span<byte> nonce = stackalloc byte[IFrameCipher.NonceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], header.Counter);
        var text = frame.Slice(FrameHeader.SizeBytes, payload.Length);
        payload.CopyTo(text);
        _cipher.Seal(nonce, associated, text, frame.Slice(FrameHeader.SizeBytes + payload.Length, IFrameCipher.TagBytes));
        return payload.Length + FrameHeader.OverheadBytes;
    }

    /// <summary>Opens a datagram; <paramref name="payload"/> holds until the next call.</summary>
    public bool TryOpen(
        Instant now, NetAddress from, ReadOnlySpan<byte> datagram, out FrameHeader header, out ReadOnlySpan<byte> payload, out RejectReason reason)
    {
        header = default;
        payload = default;
        reason = RejectReason.Length;
        if (datagram.Length is <= FrameHeader.OverheadBytes or > IConfab.MaxDatagramBytes)
            return false;
        header = FrameHeader.Read(datagram);
        reason = RejectReason.Version;
        if (!header.IsKnown)
            return false;
        reason = RejectReason.ForeignFlock;
        if (header.FlockTag != _keys.FlockTag)
            return false;
        reason = RejectReason.Echo;
        if (header.Salt == Salt)
            return false;

        var known = _senders.Find(header.Salt);
        reason = RejectReason.Replay;
        if (known is not null && !known.Window.IsFresh(header.Counter))
            return false;
        reason = RejectReason.TooManySenders;
        if (known is null && !_derivations.TryTake(now))
            return false;

        reason = RejectReason.NotAuthentic;
        var cipher = known?.Cipher ?? _keys.CipherFor(header.Salt);
        if (!TryDecrypt(cipher, from, datagram, header, out payload))
        {
            if (known is null)
                cipher.Dispose();
            return false;
        }
        if (known is null)
            _senders.Add(known = new Sender(header.Salt, cipher));
        known.Window.Mark(header.Counter);
        return true;
    }

    public void Dispose()
    {
        _senders.Dispose();
        _cipher.Dispose();
        _keys.Forget();
    }

    private bool TryDecrypt(IFrameCipher cipher, NetAddress from, ReadOnlySpan<byte> datagram, FrameHeader header, out ReadOnlySpan<byte> payload)
    {
        Span<byte> associated = stackalloc byte[MaxAssociatedBytes];
        associated = Associate(datagram, header, Salt, from, _self, associated);
        Span<byte> nonce = stackalloc byte[IFrameCipher.NonceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], header.Counter);
        var text = datagram[FrameHeader.SizeBytes..^IFrameCipher.TagBytes];
        payload = _plain.AsSpan(0, text.Length);
        return cipher.TryOpen(nonce, associated, text, datagram[^IFrameCipher.TagBytes..], _plain.AsSpan(0, text.Length));
    }

    private static Span<byte> Associate(ReadOnlySpan<byte> frame, FrameHeader header, ulong receiverSalt, NetAddress from, NetAddress to, Span<byte> associated)
    {
        frame[..FrameHeader.SizeBytes].CopyTo(associated);
        if (!header.IsBound)
            return associated[..FrameHeader.SizeBytes];
        BinaryPrimitives.WriteUInt64BigEndian(associated[FrameHeader.SizeBytes..], receiverSalt);
        Write(from, associated[(FrameHeader.SizeBytes + sizeof(ulong))..]);
        Write(to, associated[(FrameHeader.SizeBytes + sizeof(ulong) + AddressBytes)..]);
        return associated;
    }

    private static void Write(NetAddress address, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], address.Low);
        BinaryPrimitives.WriteUInt16BigEndian(target[16..], address.Port);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Seals what goes out and opens what comes in. What does not authenticate leaves nothing behind but a count; a key that is not
/// cached costs one derivation, and those are rationed; and there is one key that can open a frame, which its header names.
/// </summary>
internal sealed class FrameGate : IDisposable
{
    /// <summary>Senders remembered beyond the members of the view: newcomers under way.</summary>
    public const int MaxStrangers = 1_024;

    /// <summary>Keys derived for unknown salts: at once, and a second. One costs some 5 us.</summary>
    public const int DerivationBurst = 1_024;

    /// <inheritdoc cref="DerivationBurst"/>
    public const double DerivationsPerSecond = 2_000;

    /// <summary>Keys derived for known senders that seal with another key than before: at once, and a second.</summary>
    public const int RenewalBurst = 4_096;

    /// <inheritdoc cref="RenewalBurst"/>
    public const double RenewalsPerSecond = 4_000;

    private const int AddressBytes = 18;
    private const int MaxAssociatedBytes = FrameHeader.SizeBytes + sizeof(ulong) + (2 * AddressBytes);

    private readonly NetAddress _self;
    private readonly IFrameCipherSource _ciphers;
    private readonly SenderTable _senders;
    private readonly Sender _own;
    private readonly TokenBucket _derivations = new(DerivationBurst, DerivationsPerSecond);
    private readonly TokenBucket _renewals = new(RenewalBurst, RenewalsPerSecond);
    private readonly byte[] _plain = new byte[FrameHeader.MaxPayloadBytes];
    private readonly Func<NetAddress, ulong, bool> _isMember;
    private ulong _counter;

    public FrameGate(FlockSelf self, FlockCredentials credentials, IFrameCipherSource ciphers, int maxMembers, Func<NetAddress, ulong, bool> isMember)
    {
        if (self.BootSecret.Length != FlockSelf.BootSecretBytes)
            throw new ArgumentException($"A boot secret has {FlockSelf.BootSecretBytes} bytes.", nameof(self));
        (_self, _ciphers, _isMember) = (self.Address, ciphers, isMember);
        Joining = new JoinTier(credentials, ciphers);
        _senders = new SenderTable(maxMembers + MaxStrangers, isMember);
        Span<byte> nonce = stackalloc byte[BootSalt.NonceBytes];
        BootSalt.NonceOf(self.BootSecret.Span, nonce);
        Salt = BootSalt.Of(self.Id, self.Address, nonce);
        Span<byte> cookieKey = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, self.BootSecret.Span, cookieKey, "crux cookie v1"u8);
        Cookies = new CookieJar(cookieKey);
        _own = new Sender(Salt);
    }

    /// <summary>This boot's salt.</summary>
    public ulong Salt { get; }

    public CookieJar Cookies { get; }

    /// <summary>The generations that this node holds.</summary>
    public Keyring Ring { get; } = new();

    /// <summary>The keys that come from the flock's secret.</summary>
    public JoinTier Joining { get; }

    public int SenderCount => _senders.Count;

    /// <summary>Boots whose window is forgotten, and of which it is known up to where they used the join key.</summary>
    public int FormerSenderCount => _senders.FormerCount;

    /// <summary>Decryptions tried so far: at most one for each datagram.</summary>
    public long Trials { get; private set; }

    /// <summary>The last frame that looked like a member's and named a key that this node doesn't have. Its word is not proved: reason to ask, no more.</summary>
    public (NetAddress From, ulong Salt)? Unreadable { get; set; }

    /// <summary>Seals <paramref name="payload"/> into <paramref name="frame"/>; bound to the receiver's boot and both addresses where a salt is given.</summary>
    /// <param name="now">The time.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="receiverSalt">The receiver's boot; null where that is not known, and then in the join tier.</param>
    /// <param name="payload">What is said.</param>
    /// <param name="frame">Takes the frame.</param>
    /// <param name="under">The generation to seal with; null leaves it to what is said and to whom.</param>
    /// <param name="hasBeacon">Whether the caller puts a beacon behind it.</param>
    /// <returns>The frame's length.</returns>
    public int Seal(Instant now, NetAddress to, ulong? receiverSalt, ReadOnlySpan<byte> payload, Span<byte> frame, Generation? under = null, bool hasBeacon = false)
    {
        if (_counter == FrameHeader.MaxCounter)
            throw new InvalidOperationException("The frame counter is used up; the node has to start again.");
        if (receiverSalt is { } boot && under is null && !KeyPolicy.IsForAll((MessageKind)payload[0]))
            under = TongueOf(boot);
        var (form, tag, epoch) = (hasBeacon ? FrameHeader.BeaconForm : receiverSalt is null ? FrameHeader.UnboundForm : FrameHeader.BoundForm, (ushort)0, (long)Joining.FlockTag);
        if (under is not null)
        {
            (tag, epoch) = (under.Id.Tag, under.Time.At(now));
            form = FrameHeader.FormOf(epoch);
        }
        var header = new FrameHeader(FrameHeader.CurrentVersion, form, Joining.FlockTag, tag, Salt, ++_counter);
        header.Write(frame);
        Span<byte> associated = stackalloc byte[MaxAssociatedBytes];
        associated = Associate(frame, header, receiverSalt ?? 0, _self, to, associated);
        Span<byte> nonce = stackalloc byte[IFrameCipher.NonceBytes];
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], header.Counter);
        var text = frame.Slice(FrameHeader.SizeBytes, payload.Length);
        payload.CopyTo(text);
        OwnCipher(now, under, epoch).Seal(nonce, associated, text, frame.Slice(FrameHeader.SizeBytes + payload.Length, IFrameCipher.TagBytes));
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
        // The beacon is for those who can read nothing else; here it only is in the way.
        datagram = datagram[..^header.BeaconOf(datagram).Length];
        reason = RejectReason.ForeignFlock;
        if (!(header.IsTransient ? Joining.IsOurs(header.FlockTag, Ring) : Joining.Opens(header.FlockTag, Ring)))
            return false;
        reason = RejectReason.Echo;
        if (header.Salt == Salt)
            return false;

        var known = _senders.Peek(header.Salt);
        reason = RejectReason.Replay;
        if (known?.Window.IsFresh(header.Counter) == false)
            return false;
        // No key opens a transient frame whose window was forgotten. The join key does, for ever.
        var joinFloor = known?.JoinFloor ?? _senders.JoinFloorOf(header.Salt);
        if (!header.IsTransient && header.Counter <= joinFloor)
            return false;
        if (!TryChooseKey(now, from, header, out var generation, out var epoch, out reason))
            return false;
        return TryOpenWith(now, from, datagram, header, known, joinFloor, generation, epoch, out payload, out reason);
    }

    /// <summary>Forgets what can't be needed any more: transient keys past their life, and the windows of those who have been silent as long.</summary>
    public void Retire(Instant now)
    {
        // A window may go once no key opens what was marked in it. While the join key still serves everybody, that is never.
        if (Ring.Active is not null && now - Ring.ActiveSince > Keyring.Farewell)
            _senders.Retire(now - Keyring.Farewell);
    }

    /// <summary>When a frame bound to this boot last came from that one; null where none did.</summary>
    public Instant? HeardAt(ulong salt) => _senders.Peek(salt)?.SpokeAt;

    /// <summary>A boot is known to hold a generation: it was just given it.</summary>
    public void NoteTongue(ulong salt, ushort generation)
    {
        if (_senders.Peek(salt) is { } sender)
            sender.Tongue = generation;
    }

    public void Dispose()
    {
        _senders.Dispose();
        _own.Dispose();
        Ring.Forget();
        Joining.Forget();
    }

    // The header says which key it is; there is no second one to try.
    private bool TryChooseKey(Instant now, NetAddress from, FrameHeader header, out Generation? generation, out long epoch, out RejectReason reason)
    {
        (generation, epoch, reason) = (null, header.FlockTag, RejectReason.UnknownKey);
        if (!header.IsTransient)
            return true;
        generation = Ring.Find(header.Generation);
        if (generation is { Time.IsKnown: true })
        {
            reason = RejectReason.StaleKey;
            epoch = generation.Time.Resolve(now, header.EpochLow);
            if (generation.Time.Opens(now, epoch))
                return true;
        }
        if (_isMember(from, header.Salt))
            Unreadable = (from, header.Salt);
        return false;
    }

    private bool TryOpenWith(
        Instant now, NetAddress from, ReadOnlySpan<byte> datagram, FrameHeader header, Sender? known, ulong joinFloor, Generation? generation, long epoch,
        out ReadOnlySpan<byte> payload, out RejectReason reason)
    {
        payload = default;
        reason = RejectReason.TooManySenders;
        var cached = known?.Find(header.Generation, epoch);
        if (cached is null && !(known is null ? _derivations : _renewals).TryTake(now))
            return false;
        reason = RejectReason.NotAuthentic;
        var cipher = cached ?? CipherOf(now, generation, epoch, header.Salt);
        Trials++;
        if (!TryDecrypt(cipher, from, datagram, header, out payload))
        {
            if (cached is null)
                cipher.Dispose();
            return false;
        }
        if (known is null)
            _senders.Add(now, known = new Sender(header.Salt) { Address = from, JoinFloor = joinFloor, JoinCounter = joinFloor });
        // An unbound frame comes from wherever its sender's address was forged to.
        if (header.IsBound)
            (known.Address, known.SpokeAt) = (from, now);
        if (cached is null)
            known.Keep(header.Generation, epoch, cipher);
        known.Window.Mark(header.Counter);
        if (!header.IsTransient)
            known.JoinCounter = Math.Max(known.JoinCounter, header.Counter);
        known.Tongue = header.Generation;
        known.HeardAt = now;
        generation?.Time.Hear(now, epoch);
        return true;
    }

    // While two lineages merge, each is spoken to as it speaks; else everybody holds what is active.
    private Generation? TongueOf(ulong salt)
    {
        if (Ring.Active is not { } active || _senders.Peek(salt) is not { Tongue: not 0 } peer || peer.Tongue == active.Id.Tag)
            return Ring.Active;
        return Ring.Find(peer.Tongue) is { Time.IsKnown: true } theirs && theirs.Id.Lineage != active.Id.Lineage ? theirs : active;
    }

    private IFrameCipher OwnCipher(Instant now, Generation? under, long epoch)
    {
        var tag = under?.Id.Tag ?? 0;
        if (_own.Find(tag, epoch) is { } kept)
            return kept;
        var cipher = CipherOf(now, under, epoch, Salt);
        _own.Keep(tag, epoch, cipher);
        return cipher;
    }

    // The join tier has no epochs: there the flock tag, which names the join key, stands for one.
    private IFrameCipher CipherOf(Instant now, Generation? generation, long epoch, ulong salt) =>
        generation is null ? Joining.CipherFor(salt, (ushort)epoch, Ring) : generation.CipherFor(now, epoch, salt, _ciphers);

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

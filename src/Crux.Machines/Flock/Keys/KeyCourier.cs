using System.Buffers.Binary;
using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Brings keys from member to member: who lacks one asks, and whoever has it seals it to the asker's own key. Any member can, so the
/// leader is not asked by everybody; and who is asked too early remembers the askers and serves them once it has the key itself.
/// </summary>
internal sealed class KeyCourier(FlockState state, Mail mail, KeyOrders orders)
{
    /// <summary>Keys sealed at once, and a second. One costs some 0.2 ms.</summary>
    public const int GrantBurst = 128;

    /// <inheritdoc cref="GrantBurst"/>
    public const double GrantsPerSecond = 256;

    /// <summary>Sealed keys opened at once, and a second; an honest member sends two.</summary>
    public const int UnsealBurst = 16;

    /// <inheritdoc cref="UnsealBurst"/>
    public const double UnsealsPerSecond = 8;

    /// <summary>Askers remembered until this node has what they want.</summary>
    public const int MaxWaiting = 32;

    /// <summary>Time from the first question to the second; each wait is twice the one before.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(150);

    /// <summary>Questions before waits grow, where this node can't read the others until it has the key: at 20 % loss each way one in three gets no answer.</summary>
    public const int QuickTries = 4;

    /// <summary>The longest wait between two questions.</summary>
    public static readonly TimeSpan MaxRetry = TimeSpan.FromSeconds(1);

    private const int TextBytes = Generation.SecretBytes + sizeof(long);
    private const int SealedBytes = TextBytes + INodeSealer.OverheadBytes;
    private const int MaxHeldTags = 2 * Keyring.MaxHeld;

    private readonly TokenBucket _grants = new(GrantBurst, GrantsPerSecond);
    private readonly TokenBucket _unseals = new(UnsealBurst, UnsealsPerSecond);
    private readonly List<NodeBlob> _waiting = [];
    private TimeSpan _retry = FirstRetry;
    private int _tries;

    private static ReadOnlySpan<byte> GrantContext => "crux key grant v1\0"u8;

    /// <summary>When the next question may go.</summary>
    public Instant AskDue { get; private set; }

    /// <summary>Asks a member for what this node lacks; <paramref name="isPressing"/> where that is the key in use.</summary>
    public void Ask(NetAddress address, ulong salt, bool isPressing)
    {
        AskLater(isPressing);
        var message = mail.Write(MessageKind.KeyWant);
        var count = message.Next(1);
        count[0] = 0;
        for (var i = 0; i < state.Gate.Ring.Count; i++)
        {
            if (!state.Gate.Ring[i].Time.IsKnown)
                continue;
            message.UInt16(state.Gate.Ring[i].Id.Tag);
            count[0]++;
        }
        message.UInt16((ushort)state.Blob.Raw.Length);
        message.Bytes(state.Blob.Raw);
        mail.Send(address, salt, message);
    }

    /// <summary>Nobody is there to ask, or somebody has just been asked.</summary>
    public void AskLater(bool isPressing)
    {
        AskDue = state.Now + _retry + state.Random.Next(_retry / 2);
        if (!isPressing || ++_tries >= QuickTries)
            _retry = TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, MaxRetry.Ticks));
    }

    /// <summary>There is something new to ask for.</summary>
    public void AskSoon()
    {
        (_retry, _tries) = (FirstRetry, 0);
        AskDue = Instant.Min(AskDue, state.Now + state.Random.Next(FirstRetry / 2));
    }

    /// <summary>Somebody lacks keys: it proves who it is, and gets them sealed to its own key, or is told why not.</summary>
    public bool OnWant(NetAddress from, ulong salt, ref WireReader reader, KeyNotice? notice)
    {
        Span<ushort> held = stackalloc ushort[MaxHeldTags];
        var count = reader.Byte();
        for (var i = 0; i < count && !reader.Failed; i++)
            held[Math.Min(i, MaxHeldTags - 1)] = reader.UInt16();
        var raw = reader.Take(reader.UInt16());
        if (reader.Failed || !reader.AtEnd || count > MaxHeldTags)
            return false;
        if (notice is null || !_grants.TryTake(state.Now))
            return true;
        if (ProofOf(from, salt, raw) is not { } blob)
            return false;
        if (!IsDone(blob, notice, held[..count]) && _waiting.Count < MaxWaiting && !_waiting.Exists(asker => asker.Salt == salt))
            _waiting.Add(blob);
        return true;
    }

    /// <summary>Serves those who asked too early, as far as that is possible now.</summary>
    public void ServeWaiting(KeyNotice notice)
    {
        for (var i = _waiting.Count - 1; i >= 0 && orders.Knows(notice.Order); i--)
        {
            if (IsDone(_waiting[i], notice, []))
                _waiting.RemoveAt(i);
        }
    }

    /// <summary>Tells a node why it is not let in.</summary>
    public void Refuse(NetAddress to, ulong salt, Admittance why)
    {
        var message = mail.Write(MessageKind.KeyGrant);
        message.Byte((byte)why);
        mail.Send(to, salt, message);
    }

    /// <summary>Takes the key out of a grant, after its notice was read; null where it is not for this node, or not the key that the notice names.</summary>
    public Generation? Open(GenerationId id, ref WireReader reader, out bool isHonest)
    {
        var sealedText = reader.Take(SealedBytes);
        isHonest = !reader.Failed && reader.AtEnd && !id.IsNone;
        var known = state.Gate.Ring.Find(id);
        if (!isHonest || known is { Time.IsKnown: true } || !_unseals.TryTake(state.Now))
            return null;
        Span<byte> text = stackalloc byte[TextBytes];
        isHonest = state.Signer.TryUnseal(Associate(id, state.Gate.Salt, stackalloc byte[64 + GenerationId.SizeBytes]), sealedText, text);
        if (!isHonest)
            return null;
        var generation = known ?? Generation.TryTake(id, text[..Generation.SecretBytes]);
        var elapsed = BinaryPrimitives.ReadInt64BigEndian(text[Generation.SecretBytes..]);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(text);
        isHonest = generation is not null && generation.Time.Set(state.Now, new TimeSpan(elapsed));
        return isHonest ? generation : null;
    }

    // Judged when there is something to give, not when it was asked for: orders may have come in between.
    private bool IsDone(NodeBlob asker, KeyNotice notice, ReadOnlySpan<ushort> held)
    {
        if (!state.Admission.IsCurrent || !orders.Knows(notice.Order))
            return false;
        var verdict = state.Admission.Judge(state.Now, asker.Id, asker.Name, asker.Address);
        if (verdict == Admittance.Admitted)
            return Grant(asker.Address, asker.Salt, asker.PublicKey, notice, isNext: false, held) & Grant(asker.Address, asker.Salt, asker.PublicKey, notice, isNext: true, held);
        Refuse(asker.Address, asker.Salt, verdict);
        return true;
    }

    // True where there is nothing left to give.
    private bool Grant(NetAddress to, ulong salt, ReadOnlyMemory<byte> publicKey, KeyNotice notice, bool isNext, ReadOnlySpan<ushort> held)
    {
        var id = isNext ? notice.Next : notice.Active;
        if (id.IsNone || held.Contains(id.Tag))
            return true;
        if (state.Gate.Ring.Find(id) is not { Time.IsKnown: true } generation)
            return false;
        Span<byte> text = stackalloc byte[TextBytes];
        generation.Secret.CopyTo(text);
        BinaryPrimitives.WriteInt64BigEndian(text[Generation.SecretBytes..], generation.Time.Elapsed(state.Now).Ticks);
        var message = mail.Write(MessageKind.KeyGrant);
        message.Byte((byte)Admittance.Admitted);
        message.Byte(isNext ? (byte)1 : (byte)0);
        notice.Write(ref message);
        if (state.Signer.TrySeal(publicKey.Span, Associate(id, salt, stackalloc byte[64 + GenerationId.SizeBytes]), text, message.Next(SealedBytes)))
            mail.Send(to, salt, message);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(text);
        return true;
    }

    private NodeBlob? ProofOf(NetAddress from, ulong salt, ReadOnlySpan<byte> raw)
    {
        if (state.View.FindLive(from) is { Blob: { } known } && known.Raw.AsSpan().SequenceEqual(raw))
            return known.Salt == salt ? known : null;
        if (!NodeBlob.TryRead(raw, out var blob) || blob.Address != from || blob.Salt != salt || !state.Checks.MayCheckBlob(state.Now))
            return null;
        state.Counters.Verifications++;
        return blob.IsSignedRight(state.Signer) ? blob : null;
    }

    // The receiver's boot is part of it: what was sealed to an earlier boot tells this one nothing.
    private static ReadOnlySpan<byte> Associate(GenerationId id, ulong salt, Span<byte> buffer)
    {
        var writer = new WireWriter(buffer);
        writer.Bytes(GrantContext);
        id.Write(ref writer);
        writer.UInt64(salt);
        return buffer[..writer.Length];
    }
}

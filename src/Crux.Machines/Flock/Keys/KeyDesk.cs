using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// This node's part in the flock's keys: it follows the fenced leader's notices, gets what they name, proves that it has it, and, where
/// it leads itself, says what comes next. Until there is a fenced leader it does nothing.
/// </summary>
internal sealed class KeyDesk
{
    /// <summary>Questions because of frames that this node could not read: at once, and a second.</summary>
    public const int UnreadableBurst = 2;

    /// <inheritdoc cref="UnreadableBurst"/>
    public const double UnreadablePerSecond = 2;

    /// <summary>Reminders that there are keys to those who speak in the join tier: at once, and a second.</summary>
    public const int ReminderBurst = 16;

    /// <inheritdoc cref="ReminderBurst"/>
    public const double RemindersPerSecond = 16;

    /// <summary>How long a generation counts as just made.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(20);

    private readonly FlockState _state;
    private readonly KeyProofs _proofs;
    private readonly KeyOrders _orders;
    private readonly KeyCourier _courier;
    private readonly KeyNews _news;
    private readonly Rotation _rotation;
    private readonly KeyMint _mint;
    private readonly TokenBucket _reminders = new(ReminderBurst, RemindersPerSecond);
    private readonly TokenBucket _unreadable = new(UnreadableBurst, UnreadablePerSecond);
    private KeyNotice? _pending;
    private (UInt128 Active, UInt128 Next) _onDisk;
    private ulong _bookOnDisk;
    private readonly uint _keptNumber;
    private ulong _ordersSeen;
    private (NetAddress Address, ulong Salt)? _speaker;
    private Instant _unreadUntil;

    public KeyDesk(FlockState state, Mail mail, KeyOrders orders)
    {
        (_state, _orders) = (state, orders);
        (_courier, _news, _rotation) = (new KeyCourier(state, mail, orders), new KeyNews(state, mail), new Rotation(Mint));
        _mint = new KeyMint(state.Self.BootSecret.Span);
        _proofs = new KeyProofs(state, mail, _rotation);
        if (state.Memory.Of(DurableKind.Keys) is not { } kept)
            return;
        Notice = KeyMemory.Read(state.Now, kept.Span, Ring, state.Admission);
        _bookOnDisk = state.Admission.Version;
        _keptNumber = Math.Max(Notice?.Active.Number ?? 0, Notice?.Next.Number ?? 0);
        TakeJoinKey(Ring.Find(Notice?.Active ?? default));
    }

    /// <summary>The notice by which this node goes.</summary>
    public KeyNotice? Notice { get; private set; }

    /// <summary>Why this node gets no keys; null where nobody refuses it.</summary>
    public string? Refused { get; private set; }

    /// <summary>When something is due that no message brings about.</summary>
    public Instant Due
    {
        get
        {
            if (Notice is null && _state.Fence is null && !IsShutIn)
                return _bookOnDisk == _state.Admission.Version ? Instant.Never : _state.Now;
            var due = Notice is null ? Instant.Never : _news.Due;
            if (Lacks || IsShutIn)
                due = Instant.Min(due, _courier.AskDue);
            due = Instant.Min(due, _proofs.DueFor(Notice, _onDisk.Next));
            return MakesKeys ? Instant.Min(due, _rotation.Due) : due;
        }
    }

    /// <summary>What people are shown.</summary>
    public KeyReport Report => new()
    {
        Generation = Ring.Active?.Id.Number ?? 0,
        Epoch = Ring.Active?.Time.At(_state.Now) ?? 0,
        Age = Ring.Active?.Time.Elapsed(_state.Now) ?? TimeSpan.Zero,
        Next = Notice?.Next.Number ?? 0,
        Holding = Counted.Holding,
        Needed = Counted.Needed,
        Missing = [.. Counted.Missing],
        NeedsApproval = _state.Admission.NeedsApproval,
        Pending = [.. _state.Admission.Pending],
        ShutOut = [.. _state.Admission.ShutOut.Take(KeyReport.MaxShutOut)],
        Refused = Refused,
    };

    // A leader that was revoked must not make the keys that are to leave it out.
    private bool MakesKeys => _state.Fence is { IsMine: true } && !_state.Admission.IsRevoked(_state.Id);

    private Keyring Ring => _state.Gate.Ring;

    // The leader's own count, or the one that it told of last.
    private RotationProgress Counted => Notice is not { Next.IsNone: false } ? RotationProgress.None : _state.Fence is { IsMine: true } ? _rotation.Progress : _proofs.Heard;

    // Has just come: it knows nothing of the flock's keys, but that others seal with one that it has not.
    private bool IsShutIn => Notice is null && _state.Fence is null && _state.Now < _unreadUntil;

    private bool Lacks => Notice is { } notice && (LacksOne(notice.Active) || LacksOne(notice.Next));

    public void Tick()
    {
        if (_bookOnDisk != _state.Admission.Version)
            Keep();
        if (_state.Fence is null && Notice is null && _state.Gate.Unreadable is null && !IsShutIn)
            return;
        if (_pending is { } pending)
            Follow(pending);
        Lead();
        if (Notice is { } notice && Ring.Tick(_state.Now, notice.Active, notice.Next))
            Keep();
        _state.Gate.Retire(_state.Now);
        AskForWhatIsMissing();
        _proofs.Tick(Notice, _onDisk.Next);
        var seen = _orders.Version + (_state.Admission.IsCurrent ? 1UL : 0);
        if (Notice is not null && _ordersSeen != seen)
            _courier.ServeWaiting(Notice);
        _ordersSeen = seen;
        if (Notice is not null)
            _news.Tick(Notice, isBusy: !Notice.Next.IsNone || Lacks);
    }

    /// <summary>Shows a node that has just come which notice this one goes by.</summary>
    public void Greet(NetAddress address, ulong salt)
    {
        if (Notice is not null)
            _news.SendState(Notice, address, salt);
    }

    /// <summary>Seals a new flock secret for the leader, so that an order can carry it; null while the flock has no keys.</summary>
    public byte[]? Offer(ReadOnlySpan<byte> secret) =>
        Ring.Active is { } active ? SecretOffer.Seal(active, _mint, JoinTier.KeyOf(secret, _state.Credentials), _state.Ciphers) : null;

    /// <summary>Somebody wants to see how a rotation goes: the leader is asked, and its answer shows in the next report.</summary>
    public void AskProgress()
    {
        if (Notice is { Next.IsNone: false } notice && _state.Fence is { IsMine: false } && _onDisk.Next == notice.Next.Check)
            _proofs.Send(notice);
    }

    /// <summary>Whether a node that has proved who it is may come into the view; one that may not is told why.</summary>
    public bool Admits(Membership.NodeBlob newcomer)
    {
        // Others may know more of it.
        if (Ring.Active is not null && !_state.Admission.IsCurrent)
            return false;
        var verdict = _state.Admission.Judge(_state.Now, newcomer.Id, newcomer.Name, newcomer.Address);
        if (verdict != Admittance.Admitted)
            _courier.Refuse(newcomer.Address, newcomer.Salt, verdict);
        return verdict == Admittance.Admitted;
    }

    /// <summary>Somebody speaks in the join tier as if there were no keys: it is shown that there are.</summary>
    public void Remind(NetAddress address, ulong salt)
    {
        if (_reminders.TryTake(_state.Now))
            Greet(address, salt);
    }

    /// <summary>Takes a message about keys. Asking is for everybody who proves who it is, and so is being refused; the rest is for members.</summary>
    public bool Take(NetAddress from, FrameHeader header, MessageKind kind, ref WireReader reader)
    {
        if (kind == MessageKind.KeyWant)
            return _courier.OnWant(from, header.Salt, ref reader, Notice);
        if (kind == MessageKind.KeyGrant && OnRefusal(ref reader))
            return true;
        // One that is not in the view yet says it again.
        if (!_state.View.TryGet(from, out var record) || !record.IsLive || record.Salt != header.Salt)
            return true;
        if (kind is MessageKind.KeyState or MessageKind.KeyNotice)
            _speaker = (from, header.Salt);
        if (kind == MessageKind.KeyState && Lacks)
            _courier.AskSoon();
        return kind switch
        {
            MessageKind.KeyState => _news.OnState(Notice, from, header.Salt, ref reader),
            MessageKind.KeyNotice => OnNotice(ref reader),
            MessageKind.KeyGrant => OnGrant(ref reader),
            MessageKind.KeyHolds => _proofs.OnHolds(Notice, from, header, ref reader),
            MessageKind.KeyHeard => _proofs.OnHeard(Notice, ref reader),
            _ => false,
        };
    }

    private bool LacksOne(GenerationId id) => !id.IsNone && Ring.Find(id) is not { Time.IsKnown: true };

    private void Lead()
    {
        if (_state.Fence is not { } fence || !MakesKeys)
        {
            _rotation.Rest();
            return;
        }
        if (_state.Now < _rotation.Due)
            return;
        if (_rotation.Decide(_state.Now, fence, Notice, Ring, _orders.LastAsking(), _state.IsSettled, CountedMembers) is { } word)
        {
            // It has asked around. Nobody can know better than who leads.
            _state.Admission.Confirm();
            Adopt(word.Signed(_state.Signer));
        }
        if (_rotation.Asks(_state.Now))
            _news.AskAround(Notice);
        if (Notice is { Next.IsNone: false } notice && _onDisk.Next == notice.Next.Check)
            _rotation.NoteHolder(notice.Next, _state.Gate.Salt, _state.Options.MaxMembers);
    }

    private List<KeyMember> CountedMembers()
    {
        var members = new List<KeyMember>(_state.View.ReachableCount);
        foreach (var record in _state.View.Reachable)
        {
            if (_state.View.BlobOf(record.Address) is not { } blob || !_orders.IsLeftOut(blob.Id))
                members.Add(new KeyMember(record.Salt, record.Address));
        }
        return members;
    }

    // The key, then the join key: one that the operator offers, or the one that stands.
    private Generation Mint(uint number)
    {
        Span<byte> secret = stackalloc byte[Generation.SecretBytes];
        Generation minted;
        do
        {
            secret.Clear();
            _mint.Make(secret[..IFrameCipherSource.KeyBytes]);
            var joinKey = _orders.OfferedJoinKey is { } offered ? offered : Ring.Active is { } active ? active.JoinKey : default;
            joinKey.CopyTo(secret[IFrameCipherSource.KeyBytes..]);
            minted = Generation.Mint(_state.Now, _state.Fence!.Value.Lineage, _state.Fence.Value.Term, number, secret);
        }
        while (minted.Id.Tag == 0 || Ring.Find(minted.Id.Tag) is not null);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
        Ring.Add(_state.Now, minted);
        _state.Admission.Confirm();
        return minted;
    }

    private bool OnNotice(ref WireReader reader)
    {
        var notice = KeyNotice.Read(ref reader);
        if (reader.Failed || !reader.AtEnd)
            return false;
        Learn(notice);
        return true;
    }

    private void Learn(KeyNotice notice)
    {
        if (Notice is not null && _state.Admission.IsRevoked(notice.Leader))
            return;
        if (Notice?.Digest != notice.Digest && IsNews(notice) && notice.IsSignedRight(_state.Now, _state.Checks) == true)
            Follow(notice);
    }

    private bool IsNews(KeyNotice notice) =>
        Notice is not { } held || held.Lineage != notice.Lineage || notice.IsNewerThan(held)
        || (_state.Fence is { } fence && held.Lineage == fence.Lineage && held.Term > fence.Term);

    // A notice counts by the leader that this node follows. Who follows none, and has no key yet, takes the word of those who let it in.
    private void Follow(KeyNotice notice)
    {
        _pending = null;
        if (_state.Fence is not { } fence)
        {
            if (Ring.Active is null)
                Adopt(notice);
            else
                _pending = notice;
        }
        else if (notice.Lineage == fence.Lineage && notice.Term > fence.Term)
            _pending = notice;
        else if (notice.Lineage == fence.Lineage && (notice.Term < fence.Term || notice.Leader == fence.Leader) && IsNews(notice))
            Adopt(notice);
    }

    private void Adopt(KeyNotice notice)
    {
        Notice = notice;
        _proofs.StartOver();
        _news.Push();
        if (Lacks)
            _courier.AskSoon();
        Settle();
    }

    // Seals with what the notice names, as soon as it is here.
    private void Settle()
    {
        var notice = Notice!;
        _courier.ServeWaiting(notice);
        var held = notice.Active.IsNone ? null : Ring.Find(notice.Active);
        if (held is { Time.IsKnown: true } && held != Ring.Active)
        {
            Ring.Activate(_state.Now, held);
            TakeJoinKey(held);
            Refused = null;
            _state.WantBlobsAnew();
            _state.Raise(new KeysInUse(held.Id.Number));
        }
        else if (notice.Active.IsNone && Ring.Active is { } old && old.Id.Lineage == notice.Lineage)
        {
            Ring.Activate(_state.Now, null);
        }
        Keep();
    }

    private void TakeJoinKey(Generation? generation)
    {
        if (generation is { JoinKey.IsEmpty: false })
            _state.Gate.Joining.Replace(generation.JoinKey);
    }

    private void AskForWhatIsMissing()
    {
        var unreadable = _state.Gate.Unreadable;
        _state.Gate.Unreadable = null;
        if (unreadable is not null)
            _unreadUntil = _state.Now + _state.Options.SilenceWindow;
        var isPressing = IsShutIn || (Notice is { } notice && LacksOne(notice.Active));
        if (unreadable is { } frame && _unreadable.TryTake(_state.Now))
            _courier.Ask(frame.From, frame.Salt, isPressing);
        if (!Lacks && !IsShutIn)
            return;
        // Who can't read the others hears nobody, and that says nothing of them.
        if (isPressing && Notice is not null && _state.Now < _unreadUntil)
            _state.AbstainsUntil = Instant.Max(_state.AbstainsUntil, _state.Now + _state.Options.SilenceWindow);
        if (_state.Now < _courier.AskDue)
            return;
        // First whoever spoke of keys: it is there, and has them.
        if (_speaker is { } speaker)
            _courier.Ask(speaker.Address, speaker.Salt, isPressing);
        else if (_news.Anybody() is { } member)
            _courier.Ask(member.Address, member.Salt, isPressing);
        else
            _courier.AskLater(isPressing);
        _speaker = null;
    }

    private bool OnRefusal(ref WireReader reader)
    {
        var why = (Admittance)reader.Byte();
        if (why is not (Admittance.Pending or Admittance.Revoked) || !reader.AtEnd)
            return false;
        if (Ring.Active is not null)
            return true;
        var was = Refused;
        Refused = why == Admittance.Pending
            ? $"The operator approves each node of this flock, and has not approved this one yet: run 'crux node approve {_state.Id}' on a member."
            : $"The operator has shut this node out. Run 'crux node approve {_state.Id}' on a member to let it in again.";
        if (was != Refused)
            _state.Raise(new NotAdmitted(Refused));
        return true;
    }

    private bool OnGrant(ref WireReader reader)
    {
        var isNext = reader.Byte() == 1;
        var notice = KeyNotice.Read(ref reader);
        if (reader.Failed || notice.IsSignedRight(_state.Now, _state.Checks) != true)
            return !reader.Failed;
        Learn(notice);
        var generation = _courier.Open(isNext ? notice.Next : notice.Active, ref reader, out var isHonest);
        if (generation is null)
            return isHonest;
        Ring.Add(_state.Now, generation);
        // Who had the one before, or none where there was none, and has this one as it is made, missed nothing. So a flock's first keys spread as a tree.
        if (generation.Id.Number == _keptNumber + 1 && generation.Time.Elapsed(_state.Now) < FreshFor)
            _state.Admission.Confirm();
        if (Notice is not null)
            Settle();
        return true;
    }

    // On disk first, and only then does this node say that it holds it: it must not say so and then come back without.
    private void Keep()
    {
        var (active, next) = (Ring.Find(Notice?.Active ?? default)?.Id.Check ?? 0, Ring.Find(Notice?.Next ?? default)?.Id.Check ?? 0);
        _bookOnDisk = _state.Admission.Version;
        var content = KeyMemory.Write(Notice, Ring, _state.Admission);
        _state.Durable.Put(DurableKind.Keys, content, () => _onDisk = (active, next));
    }
}

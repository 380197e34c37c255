namespace Crux.Machines.Flock.Membership;

/// <summary>
/// All slots: live ones and tombstones. A lattice: <see cref="Put"/> only ever moves a slot upwards, so two views that have seen
/// the same records are equal.
/// </summary>
/// <remarks>
/// Records lie in blocks of 256 slots. A <see cref="Slot"/> is made for those only with which this node has to do, and forgotten
/// when idle. Nothing here takes longer the more members there are, but a walk over the blocks.
/// </remarks>
internal sealed class ViewTable(int maxMembers, ulong mySalt = 0)
{
    /// <summary>Tombstones kept at most; beyond it the oldest goes.</summary>
    public const int MaxTombstones = 8_192;

    /// <summary>Acquaintances kept without looking whether they are idle.</summary>
    public const int MaxIdle = 512;

    /// <summary>Time without any use after which an acquaintance is idle.</summary>
    public static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(30);

    private readonly Dictionary<BlockId, ViewBlock> _byId = [];
    private readonly List<ViewBlock> _blocks = [];
    private readonly Dictionary<NetAddress, Slot> _acquaintances = [];
    private readonly Queue<(NetAddress Address, uint Incarnation, Instant At)> _burials = new();
    private readonly List<NetAddress> _idle = [];
    private readonly ulong _myPriority = MemberRecord.PriorityOf(mySalt);
    private ViewBlock? _last;
    private Instant _trimDue;

    /// <summary>Sum of the hashes of all live records: equal views have equal hashes, whatever the order.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Grows with every change of a live record.</summary>
    public ulong Version { get; private set; }

    /// <summary>When a live record last changed.</summary>
    public Instant ChangedAt { get; private set; }

    public int LiveCount { get; private set; }

    /// <summary>Live slots that are not beyond a partition.</summary>
    public int ReachableCount { get; private set; }

    /// <summary>Live slots whose blob is here.</summary>
    public int IdentifiedCount { get; private set; }

    /// <summary>Reachable members that go before this node where a leader is wanted.</summary>
    public int AheadOfMe { get; private set; }

    public int TombstoneCount { get; private set; }

    /// <summary>The time of the call under way: what is looked up now is not idle.</summary>
    public Instant Now { get; set; }

    /// <summary>How fast it grows.</summary>
    public Growth Growth { get; } = new();

    /// <summary>Whether it grows so fast that who has to do with whom is not worth much yet.</summary>
    public bool IsGrowingFast => Growth.IsFast(Now, LiveCount);

    /// <summary>When a boot last spoke to this one, whether or not it was an acquaintance.</summary>
    public Func<ulong, Instant?>? HeardAt { get; init; }

    public int AcquaintanceCount => _acquaintances.Count;

    /// <summary>All blocks of which anything is known, in order.</summary>
    public IReadOnlyList<ViewBlock> Blocks => _blocks;

    /// <summary>Hears of every member that became reachable (true) or ceased to be (false); for those that keep an order of their own.</summary>
    public Action<MemberRecord, bool>? Watcher { get; set; }

    /// <summary>Live records, block by block. A walk over the whole view: not for every datagram.</summary>
    public IEnumerable<MemberRecord> Live
    {
        get
        {
            foreach (var block in _blocks)
            {
                for (var slot = block.Live.Next(0); slot >= 0; slot = block.Live.Next(slot + 1))
                    yield return block[slot];
            }
        }
    }

    /// <summary>Live records of members that are not beyond a partition, block by block. A walk, as <see cref="Live"/>.</summary>
    public IEnumerable<MemberRecord> Reachable
    {
        get
        {
            foreach (var block in _blocks)
            {
                for (var slot = block.Reachable.Next(0); slot >= 0; slot = block.Reachable.Next(slot + 1))
                    yield return block[slot];
            }
        }
    }

    /// <summary>Live records of members beyond a partition.</summary>
    public IEnumerable<MemberRecord> Unreachable
    {
        get
        {
            foreach (var block in _blocks)
            {
                if (block.ReachableCount == block.LiveCount)
                    continue;
                for (var slot = block.Live.Next(0); slot >= 0; slot = block.Live.Next(slot + 1))
                {
                    if (!block.Reachable.Has(slot))
                        yield return block[slot];
                }
            }
        }
    }

    /// <summary>Records of nodes that fell silent, unreachable or evicted: those beyond a partition first.</summary>
    public IEnumerable<MemberRecord> Lost
    {
        get
        {
            foreach (var record in Unreachable)
                yield return record;
            foreach (var (address, incarnation, _) in _burials)
            {
                if (TryGet(address, out var record) && record.Status == RecordStatus.Evicted && record.Incarnation == incarnation)
                    yield return record;
            }
        }
    }

    /// <summary>Hears of every change of a record.</summary>
    public Action<LifeChange>? Witness { get; set; }

    public ViewBlock? FindBlock(BlockId id)
    {
        if (_last is { } last && last.Id == id)
            return last;
        // Where a range is full enough that no block of it is missing, a block's place follows from its number.
        if (_blocks.Count > 0 && id.Low - _blocks[0].Id.Low is var place && place < (ulong)_blocks.Count && _blocks[(int)place].Id == id)
            return _last = _blocks[(int)place];
        return _byId.TryGetValue(id, out var block) ? _last = block : null;
    }

    /// <summary>What is held of an address; a look, after which the view is as before.</summary>
    public bool TryGet(NetAddress address, out MemberRecord record)
    {
        record = default;
        return FindBlock(BlockId.Of(address)) is { } block && block.TryGet(BlockId.SlotOf(address), out record);
    }

    /// <summary>The same where somebody lives there.</summary>
    public bool TryGetLive(NetAddress address, out MemberRecord record) => TryGet(address, out record) && record.IsLive;

    public bool IsLive(NetAddress address) => FindBlock(BlockId.Of(address)) is { } block && block.Live.Has(BlockId.SlotOf(address));

    /// <summary>The blob of whoever lives at an address now.</summary>
    public NodeBlob? BlobOf(NetAddress address) =>
        FindBlock(BlockId.Of(address)) is { } block && block.Live.Has(BlockId.SlotOf(address)) ? block.BlobAt(BlockId.SlotOf(address)) : null;

    /// <summary>The acquaintance at an address of which anything is known; made where there was none. Null where nothing is known.</summary>
    public Slot? Find(NetAddress address)
    {
        if (FindMet(address) is { } met)
        {
            met.UsedAt = Now;
            return met;
        }
        var place = BlockId.SlotOf(address);
        if (FindBlock(BlockId.Of(address)) is not { } block || !block.TryGet(place, out var record))
            return null;
        var slot = new Slot(record, Now) { HeardAt = HeardAt?.Invoke(record.Salt) };
        slot.Know(block.BlobAt(place));
        _acquaintances.Add(address, slot);
        block.SetMet(place, true);
        return slot;
    }

    /// <summary>The acquaintance at an address, if there is one already.</summary>
    public Slot? FindMet(NetAddress address) =>
        FindBlock(BlockId.Of(address)) is { } block && block.Met.Has(BlockId.SlotOf(address)) ? _acquaintances[address] : null;

    /// <summary>The acquaintance at an address where a member lives.</summary>
    public Slot? FindLive(NetAddress address) => IsLive(address) ? Find(address) : null;

    /// <summary>How many reachable members stand before an address, block by block.</summary>
    public int RankOf(NetAddress address)
    {
        var rank = 0;
        foreach (var block in _blocks)
        {
            if (block.Id == BlockId.Of(address))
                return rank + block.Reachable.Rank(BlockId.SlotOf(address));
            rank += block.ReachableCount;
        }
        return rank;
    }

    /// <summary>A reachable member by chance; this node itself may be the one.</summary>
    public MemberRecord AnyReachable(SeededRandom random)
    {
        var rank = random.Next(ReachableCount);
        foreach (var block in _blocks)
        {
            if (rank < block.ReachableCount)
                return block[block.Reachable.At(rank)];
            rank -= block.ReachableCount;
        }
        throw new InvalidOperationException("The counts of the view's blocks don't add up.");
    }

    /// <summary>The next live slot after an address whose blob is not here, and from the start after the last; null where there is none.</summary>
    public NetAddress? NextUnidentified(NetAddress after)
    {
        var start = PlaceOf(BlockId.Of(after));
        for (var i = 0; i <= _blocks.Count && _blocks.Count > 0; i++)
        {
            var block = _blocks[(start + i) % _blocks.Count];
            var first = i == 0 && block.Id == BlockId.Of(after) ? BlockId.SlotOf(after) + 1 : 0;
            for (var slot = block.Live.Next(first); slot >= 0; slot = block.Live.Next(slot + 1))
            {
                if (block.BlobAt(slot) is null)
                    return block.Id.Slot((byte)slot);
            }
        }
        return null;
    }

    /// <summary>Takes a record if it is greater than what the slot holds; false where it is not, or where the view is full.</summary>
    public bool Put(MemberRecord record, Instant now)
    {
        var (id, slot) = (BlockId.Of(record.Address), BlockId.SlotOf(record.Address));
        var block = FindBlock(id);
        MemberRecord before = default;
        var isKnown = block is not null && block.TryGet(slot, out before);
        if (isKnown && record.CompareTo(before) <= 0)
            return false;
        if (record.IsLive && !(isKnown && before.IsLive) && LiveCount >= maxMembers)
            return false;
        block ??= AddBlock(id);
        Count(block, -1);
        IdentifiedCount -= block.Live.Has(slot) && block.BlobAt(slot) is not null ? 1 : 0;
        block.Set(record);
        IdentifiedCount += block.Live.Has(slot) && block.BlobAt(slot) is not null ? 1 : 0;
        Count(block, 1);
        if (record.Status == RecordStatus.Unreachable)
            block.PartedAt = now;
        if (block.Met.Has(slot))
            _acquaintances[record.Address].Take(record, now);
        Growth.Note(now, LiveCount);
        Note(isKnown ? before : null, record, now);
        return true;
    }

    /// <summary>How many were evicted since then, and are not back. A walk over the tombstones.</summary>
    public int EvictedSince(Instant since) =>
        _burials.Count(burial => burial.At >= since && TryGet(burial.Address, out var record)
            && record.Status == RecordStatus.Evicted && record.Incarnation == burial.Incarnation);

    /// <summary>Whether one more member finds room.</summary>
    public bool HasRoom => LiveCount < maxMembers;

    /// <summary>The block, made where nothing is held of it yet; for <see cref="Enter"/>, which must follow.</summary>
    public ViewBlock BlockFor(BlockId id) => FindBlock(id) ?? AddBlock(id);

    /// <summary>Takes in a member of whose slot nothing is held; there must be room. As <see cref="Put"/>, for less.</summary>
    public void Enter(ViewBlock block, int slot, ulong salt, uint incarnation)
    {
        Hash += block.Enter(slot, salt, incarnation);
        LiveCount++;
        ReachableCount++;
        AheadOfMe += MemberRecord.PriorityOf(salt) < _myPriority ? 1 : 0;
        Growth.Note(Now, LiveCount);
        (Version, ChangedAt) = (Version + 1, Now);
        var address = block.Id.Slot((byte)slot);
        Witness?.Invoke(new LifeChange(address, incarnation, salt, IsLive: true, IsEvicted: false, null, 0));
        Watcher?.Invoke(new MemberRecord(address, incarnation, RecordStatus.Alive, salt), true);
    }

    /// <summary>Keeps the verified blob of whoever lives at its address now.</summary>
    public void Identify(NodeBlob blob)
    {
        var slot = BlockId.SlotOf(blob.Address);
        if (FindBlock(BlockId.Of(blob.Address)) is not { } block || !block.Live.Has(slot))
            return;
        IdentifiedCount += block.BlobAt(slot) is null ? 1 : 0;
        block.SetBlob(slot, blob);
        FindMet(blob.Address)?.Know(blob);
    }

    /// <summary>Forgets tombstones that are older than <paramref name="life"/>, and acquaintances that are idle.</summary>
    public void Expire(Instant now, TimeSpan life)
    {
        while (_burials.TryPeek(out var burial))
        {
            var isCurrent = IsCurrent(burial.Address, burial.Incarnation);
            if (isCurrent && now - burial.At < life)
                break;
            ForgetOldest();
        }
        if (_acquaintances.Count > MaxIdle && now >= _trimDue)
            Trim(now);
    }

    private void Trim(Instant now)
    {
        _trimDue = now + (IdleAfter / 4);
        var since = now - IdleAfter;
        // In no order, which doesn't matter: each is judged by itself.
        foreach (var (address, slot) in _acquaintances)
        {
            if (slot.IsIdle(since))
                _idle.Add(address);
        }
        foreach (var address in _idle)
            Part(address);
        _idle.Clear();
    }

    private void Part(NetAddress address)
    {
        _acquaintances.Remove(address);
        FindBlock(BlockId.Of(address))?.SetMet(BlockId.SlotOf(address), false);
    }

    private void Count(ViewBlock block, int by)
    {
        LiveCount += by * block.LiveCount;
        ReachableCount += by * block.ReachableCount;
        TombstoneCount += by * (block.HeldCount - block.LiveCount);
        Hash += by > 0 ? block.Hash : 0 - block.Hash;
    }

    private void Note(MemberRecord? before, MemberRecord record, Instant now)
    {
        Witness?.Invoke(new LifeChange(
            record.Address, record.Incarnation, record.Salt, record.IsLive, record.Status == RecordStatus.Evicted,
            before is { IsLive: true } was ? was.Incarnation : null, before?.Salt ?? 0));
        if (before is { IsLive: true } || record.IsLive)
            (Version, ChangedAt) = (Version + 1, now);
        if (before is { Status: RecordStatus.Alive } gone)
        {
            AheadOfMe -= gone.Priority < _myPriority ? 1 : 0;
            Watcher?.Invoke(gone, false);
        }
        if (record.Status == RecordStatus.Alive)
        {
            AheadOfMe += record.Priority < _myPriority ? 1 : 0;
            Watcher?.Invoke(record, true);
        }
        if (record.IsLive)
            return;
        _burials.Enqueue((record.Address, record.Incarnation, now));
        while (TombstoneCount > MaxTombstones || _burials.Count > 2 * MaxTombstones)
            ForgetOldest();
    }

    private bool IsCurrent(NetAddress address, uint incarnation) =>
        TryGet(address, out var record) && !record.IsLive && record.Incarnation == incarnation;

    private void ForgetOldest()
    {
        var (address, incarnation, _) = _burials.Dequeue();
        if (!IsCurrent(address, incarnation))
            return;
        var block = FindBlock(BlockId.Of(address))!;
        Part(address);
        block.Remove(BlockId.SlotOf(address));
        TombstoneCount--;
        if (block.HeldCount > 0)
            return;
        _last = null;
        _byId.Remove(block.Id);
        _blocks.RemoveAt(PlaceOf(block.Id));
    }

    private ViewBlock AddBlock(BlockId id)
    {
        var block = new ViewBlock(id);
        _byId.Add(id, block);
        _blocks.Insert(PlaceOf(id), block);
        return _last = block;
    }

    /// <summary>Where in <see cref="Blocks"/> a block stands, or would.</summary>
    public int PlaceOf(BlockId id)
    {
        var (low, high) = (0, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _blocks[middle].Id.CompareTo(id) < 0 ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// All slots: live ones and tombstones. A lattice: <see cref="Put"/> only ever moves a slot upwards, so two views that have seen
/// the same records are equal.
/// </summary>
internal sealed class ViewTable(int maxMembers)
{
    /// <summary>Tombstones kept at most; beyond it the oldest goes.</summary>
    public const int MaxTombstones = 8_192;

    private readonly Dictionary<NetAddress, Slot> _slots = [];
    private readonly HashSet<ulong> _salts = [];
    private readonly Queue<(NetAddress Address, uint Incarnation)> _burials = new();
    private readonly List<Slot> _live = [];
    private readonly List<Slot> _reachable = [];
    private int _buried;
    private bool _listsAreOld;

    /// <summary>Sum of the hashes of all live records: equal views have equal hashes, whatever the order.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Grows with every change of a live record.</summary>
    public ulong Version { get; private set; }

    public int LiveCount { get; private set; }

    public int TombstoneCount => _buried;

    /// <summary>Live slots, block by block.</summary>
    public List<Slot> Live
    {
        get
        {
            Refresh();
            return _live;
        }
    }

    /// <summary>Live slots that are not beyond a partition, block by block.</summary>
    public List<Slot> Reachable
    {
        get
        {
            Refresh();
            return _reachable;
        }
    }

    /// <summary>Slots of nodes that fell silent, unreachable or evicted: those beyond a partition first.</summary>
    public IEnumerable<Slot> Lost
    {
        get
        {
            foreach (var slot in Live)
            {
                if (slot.Record.Status == RecordStatus.Unreachable)
                    yield return slot;
            }
            foreach (var (address, incarnation) in _burials)
            {
                if (Find(address) is { Record.Status: RecordStatus.Evicted } slot && slot.Record.Incarnation == incarnation)
                    yield return slot;
            }
        }
    }

    public Slot? Find(NetAddress address) => _slots.GetValueOrDefault(address);

    public Slot? FindLive(NetAddress address) => Find(address) is { Record.IsLive: true } slot ? slot : null;

    public bool HasSalt(ulong salt) => _salts.Contains(salt);

    /// <summary>Where a slot stands in <see cref="Live"/>, or would stand.</summary>
    public int LiveIndexFrom(NetAddress address)
    {
        var (low, high) = (0, Live.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = BlockId.Order(_live[middle].Address, address) < 0 ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    /// <summary>Takes a record if it is greater than what the slot holds; null where it is not, or where the view is full.</summary>
    public Slot? Put(MemberRecord record, Instant now)
    {
        if (!_slots.TryGetValue(record.Address, out var slot))
        {
            if (record.IsLive && LiveCount >= maxMembers)
                return null;
            slot = new Slot(record, now);
            _slots.Add(record.Address, slot);
            Enter(slot);
            return slot;
        }
        if (record.CompareTo(slot.Record) <= 0 || (record.IsLive && !slot.Record.IsLive && LiveCount >= maxMembers))
            return null;
        Exit(slot);
        if (!record.IsSameBoot(slot.Record) || !slot.Record.IsLive)
        {
            slot.Since = now;
            slot.HeardAt = null;
            slot.BeatHeard = 0;
            slot.Rank = Slot.NotObserved;
        }
        if (record.IsLive && record.IsSameBoot(slot.Record) && record.Incarnation > slot.Record.Incarnation)
            slot.RefutedAt = now;
        if (!record.IsSameBoot(slot.Record))
        {
            slot.RefutedAt = null;
            slot.Blob = null;
            slot.BlobTries = 0;
            slot.BlobDue = now;
        }
        slot.Record = record;
        slot.Key = Slot.KeyOf(record);
        slot.ChangedAt = now;
        slot.Hearsay = null;
        slot.Shown = null;
        Enter(slot);
        return slot;
    }

    /// <summary>Forgets tombstones that are older than <paramref name="life"/>.</summary>
    public void Expire(Instant now, TimeSpan life)
    {
        while (_burials.TryPeek(out var burial))
        {
            var slot = Find(burial.Address);
            var isCurrent = slot is { Record.IsLive: false } && slot.Record.Incarnation == burial.Incarnation;
            if (isCurrent && now - slot!.ChangedAt < life)
                return;
            _burials.Dequeue();
            if (isCurrent)
                Forget(slot!);
        }
    }

    private void Enter(Slot slot)
    {
        if (slot.Record.IsLive)
        {
            LiveCount++;
            Hash += slot.Record.Hash;
            _salts.Add(slot.Record.Salt);
            Touch();
            return;
        }
        _buried++;
        _burials.Enqueue((slot.Address, slot.Record.Incarnation));
        while (_buried > MaxTombstones || _burials.Count > 2 * MaxTombstones)
            ForgetOldest();
    }

    private void ForgetOldest()
    {
        var burial = _burials.Dequeue();
        if (Find(burial.Address) is { Record.IsLive: false } slot && slot.Record.Incarnation == burial.Incarnation)
            Forget(slot);
    }

    private void Exit(Slot slot)
    {
        if (!slot.Record.IsLive)
        {
            _buried--;
            return;
        }
        LiveCount--;
        Hash -= slot.Record.Hash;
        _salts.Remove(slot.Record.Salt);
        Touch();
    }

    private void Forget(Slot slot)
    {
        _buried--;
        _slots.Remove(slot.Address);
    }

    private void Touch()
    {
        Version++;
        _listsAreOld = true;
    }

    private void Refresh()
    {
        if (!_listsAreOld)
            return;
        _listsAreOld = false;
        _live.Clear();
        // A dictionary's order is not ours to rely on: sorted right away.
        foreach (var slot in _slots.Values)
        {
            if (slot.Record.IsLive)
                _live.Add(slot);
        }
        _live.Sort(static (a, b) => BlockId.Order(a.Address, b.Address));
        _reachable.Clear();
        foreach (var slot in _live)
        {
            if (slot.Record.Status == RecordStatus.Alive)
                _reachable.Add(slot);
        }
    }
}

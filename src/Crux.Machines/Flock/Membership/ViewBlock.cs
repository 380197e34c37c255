namespace Crux.Machines.Flock.Membership;

/// <summary>
/// What the view holds of 256 neighbouring addresses, close together: ten thousand views of ten thousand members have to fit one
/// process, and two views are compared block by block.
/// </summary>
internal sealed class ViewBlock(BlockId id)
{
    private const int FirstRoom = 4;

    private SlotSet _held;
    private SlotSet _live;
    private SlotSet _reachable;
    private Life[] _lives = new Life[FirstRoom];
    private NodeBlob?[]? _blobs;

    public BlockId Id { get; } = id;

    /// <summary>Mixes the block into its records' hashes, and deals blocks out to parts of a view.</summary>
    public ulong Key { get; } = id.Key;

    /// <summary>Sum of the hashes of its live records.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Slots of which anything is known, tombstones too.</summary>
    public ref readonly SlotSet Held => ref _held;

    public ref readonly SlotSet Live => ref _live;

    public ref readonly SlotSet Reachable => ref _reachable;

    public int HeldCount { get; private set; }

    public int LiveCount { get; private set; }

    public int ReachableCount { get; private set; }

    /// <summary>When one of its slots last became unreachable.</summary>
    public Instant PartedAt { get; set; }

    public MemberRecord this[int slot]
    {
        get
        {
            var life = _lives[_held.Rank(slot)];
            return new MemberRecord(Id.Slot((byte)slot), life.Incarnation, life.Status, life.Salt);
        }
    }

    public bool TryGet(int slot, out MemberRecord record)
    {
        if (!_held.Has(slot))
        {
            record = default;
            return false;
        }
        record = this[slot];
        return true;
    }

    /// <summary>The blob of the boot that a slot holds.</summary>
    public NodeBlob? BlobAt(int slot) => LastBlobAt(slot) is { } blob && blob.Salt == _lives[_held.Rank(slot)].Salt ? blob : null;

    /// <summary>The same, or while that has not come, the blob of the boot before it: most likely the same node, started again.</summary>
    public NodeBlob? LastBlobAt(int slot) => _blobs is null || !_held.Has(slot) ? null : _blobs[_held.Rank(slot)];

    /// <summary>Live slots whose blob is not here.</summary>
    public SlotSet Unidentified()
    {
        var lacking = _live;
        if (_blobs is null)
            return lacking;
        for (var slot = _live.Next(0); slot >= 0; slot = _live.Next(slot + 1))
        {
            if (BlobAt(slot) is not null)
                lacking.Remove(slot);
        }
        return lacking;
    }

    /// <summary>Keeps the blob of a slot that is held.</summary>
    public void SetBlob(int slot, NodeBlob blob)
    {
        _blobs ??= new NodeBlob?[_lives.Length];
        _blobs[_held.Rank(slot)] = blob;
    }

    public void Set(MemberRecord record)
    {
        var slot = BlockId.SlotOf(record.Address);
        if (_held.Has(slot))
        {
            Count(slot, this[slot], -1);
        }
        else
        {
            Insert(slot);
        }
        _lives[_held.Rank(slot)] = new Life(record.Salt, record.Incarnation, record.Status);
        Count(slot, record, 1);
    }

    /// <summary>Forgets a slot that is held.</summary>
    public void Remove(int slot)
    {
        Count(slot, this[slot], -1);
        var at = _held.Rank(slot);
        _held.Remove(slot);
        HeldCount--;
        Array.Copy(_lives, at + 1, _lives, at, HeldCount - at);
        if (_blobs is null)
            return;
        Array.Copy(_blobs, at + 1, _blobs, at, HeldCount - at);
        _blobs[HeldCount] = null;
    }

    private void Insert(int slot)
    {
        if (HeldCount == _lives.Length)
        {
            // Half as much again: at ten thousand members in ten thousand views, room to spare is what memory goes into.
            var room = Math.Min(BlockId.Slots, _lives.Length + Math.Max(FirstRoom, _lives.Length / 2));
            Array.Resize(ref _lives, room);
            if (_blobs is not null)
                Array.Resize(ref _blobs, room);
        }
        var at = _held.Rank(slot);
        Array.Copy(_lives, at, _lives, at + 1, HeldCount - at);
        if (_blobs is not null)
        {
            Array.Copy(_blobs, at, _blobs, at + 1, HeldCount - at);
            _blobs[at] = null;
        }
        _held.Add(slot);
        HeldCount++;
    }

    private void Count(int slot, MemberRecord record, int by)
    {
        if (!record.IsLive)
            return;
        var hash = record.HashIn(Key);
        Hash += by > 0 ? hash : 0 - hash;
        LiveCount += by;
        if (by > 0)
            _live.Add(slot);
        else
            _live.Remove(slot);
        if (record.Status != RecordStatus.Alive)
            return;
        ReachableCount += by;
        if (by > 0)
            _reachable.Add(slot);
        else
            _reachable.Remove(slot);
    }
}

using System.Buffers.Binary;
using System.Numerics;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// What the view holds of 256 neighbouring addresses, close together: ten thousand views of ten thousand members have to fit one
/// process, and two views are compared block by block.
/// </summary>
internal sealed class ViewBlock(BlockId id)
{
    private const int FirstRoom = 4;

    // Small steps while little is held, as where addresses are sparse, then a sixth of a block: most of ten thousand views is this, and
    // what a block grew out of is most of what they allocate.
    private const int SmallStep = 16;

    /// <inheritdoc cref="SmallStep"/>
    private const int RoomStep = 48;

    // In the order in which they came: to keep them in that of the slots, half a block would be moved for each that comes.
    private SlotPlaces _places;
    private SlotSet _held;
    private SlotSet _live;
    private SlotSet _reachable;
    private SlotSet _met;
    private SlotSet _evicted;
    private ulong[] _salts = new ulong[FirstRoom];

    // None while all are in their first life, as nearly all are.
    private uint[]? _incarnations;
    private SlotBlobs? _blobs;

    public BlockId Id { get; } = id;

    /// <summary>Mixes the block into its records' hashes, and deals blocks out to parts of a view.</summary>
    public ulong Key { get; } = id.Key;

    /// <summary>Sum of the hashes of its live records.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Slots of which anything is known, tombstones too.</summary>
    public ref readonly SlotSet Held => ref _held;

    public ref readonly SlotSet Live => ref _live;

    public ref readonly SlotSet Reachable => ref _reachable;

    /// <summary>Slots for which the view keeps a <see cref="Slot"/>.</summary>
    public ref readonly SlotSet Met => ref _met;

    public int HeldCount { get; private set; }

    public int LiveCount { get; private set; }

    public int ReachableCount { get; private set; }

    /// <summary>When one of its slots last became unreachable.</summary>
    public Instant PartedAt { get; set; }

    /// <summary>What is under way to others of its slots; <see cref="Gossip.Rumors"/> keeps it.</summary>
    public Gossip.BlockNews? News { get; set; }

    public MemberRecord this[int slot] => new(Id.Slot((byte)slot), IncarnationAt(slot), StatusAt(slot), SaltAt(slot));

    public ulong SaltAt(int slot) => _salts[_places[slot]];

    public uint IncarnationAt(int slot) => _incarnations is null ? MemberRecord.FirstLife : _incarnations[_places[slot]];

    public RecordStatus StatusAt(int slot) => _reachable.Has(slot) ? RecordStatus.Alive
        : _live.Has(slot) ? RecordStatus.Unreachable
        : _evicted.Has(slot) ? RecordStatus.Evicted : RecordStatus.Left;

    /// <summary>What a slot that is held holds.</summary>
    public Life LifeAt(int slot) => new(SaltAt(slot), IncarnationAt(slot), StatusAt(slot));

    /// <summary>The salts of these, big-endian, in the order of the slots: what most of a cold start's bytes are.</summary>
    public void WriteSalts(in SlotSet slots, Span<byte> target)
    {
        for (var word = 0; word < SlotSet.Words; word++)
        {
            for (var bits = slots[word]; bits != 0; bits &= bits - 1, target = target[sizeof(ulong)..])
                BinaryPrimitives.WriteUInt64BigEndian(target, SaltAt((word << 6) + BitOperations.TrailingZeroCount(bits)));
        }
    }

    /// <summary>Whether all of these are reachable and in their first life.</summary>
    public bool AreFresh(in SlotSet slots) => _incarnations is null && slots.Without(_reachable).IsEmpty;

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
    public NodeBlob? BlobAt(int slot) => LastBlobAt(slot) is { } blob && blob.Salt == SaltAt(slot) ? blob : null;

    /// <summary>The same, or while that has not come, the blob of the boot before it: most likely the same node, started again.</summary>
    public NodeBlob? LastBlobAt(int slot) => _blobs?[slot];

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
    public void SetBlob(int slot, NodeBlob blob) => (_blobs ??= new SlotBlobs()).Set(slot, blob);

    public void Set(MemberRecord record)
    {
        var slot = BlockId.SlotOf(record.Address);
        if (_held.Has(slot))
            Count(slot, LifeAt(slot), -1);
        else
            Insert(slot);
        Write(_places[slot], record.Salt, record.Incarnation);
        if (record.Status == RecordStatus.Evicted)
            _evicted.Add(slot);
        else
            _evicted.Remove(slot);
        Count(slot, new Life(record.Salt, record.Incarnation, record.Status), 1);
    }

    /// <summary>Makes room for so many more at once.</summary>
    public void Reserve(int more)
    {
        if (HeldCount + more > _salts.Length)
            Resize(Math.Max(NextRoom, (HeldCount + more + SmallStep - 1) / SmallStep * SmallStep));
    }

    /// <summary>Takes in a slot that was not held, alive: what nine in ten changes of a view are.</summary>
    /// <returns>What that adds to the hash.</returns>
    public ulong Enter(int slot, ulong salt, uint incarnation)
    {
        Insert(slot);
        Write(HeldCount - 1, salt, incarnation);
        var hash = MemberRecord.HashOf(Key, slot, new Life(salt, incarnation, RecordStatus.Alive));
        Hash += hash;
        _live.Add(slot);
        _reachable.Add(slot);
        LiveCount++;
        ReachableCount++;
        return hash;
    }

    public void SetMet(int slot, bool isMet)
    {
        if (isMet)
            _met.Add(slot);
        else
            _met.Remove(slot);
    }

    /// <summary>Forgets a slot that is held.</summary>
    public void Remove(int slot)
    {
        Count(slot, LifeAt(slot), -1);
        _held.Remove(slot);
        _evicted.Remove(slot);
        HeldCount--;
        var (hole, last) = (_places[slot], (byte)HeldCount);
        if (hole != last)
        {
            var moved = _held.Next(0);
            while (_places[moved] != last)
                moved = _held.Next(moved + 1);
            _places[moved] = hole;
            Write(hole, _salts[last], _incarnations?[last] ?? MemberRecord.FirstLife);
        }
        _blobs?.Remove(slot);
    }

    private void Write(int place, ulong salt, uint incarnation)
    {
        _salts[place] = salt;
        if (_incarnations is null && incarnation != MemberRecord.FirstLife)
        {
            _incarnations = new uint[_salts.Length];
            Array.Fill(_incarnations, MemberRecord.FirstLife);
        }
        if (_incarnations is not null)
            _incarnations[place] = incarnation;
    }

    private void Insert(int slot)
    {
        if (HeldCount == _salts.Length)
            Resize(NextRoom);
        _places[slot] = (byte)HeldCount++;
        _held.Add(slot);
    }

    private int NextRoom => _salts.Length + (_salts.Length < SmallStep ? SmallStep - FirstRoom : _salts.Length < RoomStep ? SmallStep : RoomStep);

    private void Resize(int room)
    {
        room = Math.Min(room, BlockId.Slots);
        Array.Resize(ref _salts, room);
        if (_incarnations is not null)
            Array.Resize(ref _incarnations, room);
    }

    private void Count(int slot, in Life life, int by)
    {
        if (life.Status > RecordStatus.Unreachable)
            return;
        var hash = MemberRecord.HashOf(Key, slot, life);
        Hash += by > 0 ? hash : 0 - hash;
        LiveCount += by;
        if (by > 0)
            _live.Add(slot);
        else
            _live.Remove(slot);
        if (life.Status != RecordStatus.Alive)
            return;
        ReachableCount += by;
        if (by > 0)
            _reachable.Add(slot);
        else
            _reachable.Remove(slot);
    }
}

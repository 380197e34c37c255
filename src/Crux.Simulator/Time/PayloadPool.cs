namespace Crux.Simulator.Time;

/// <summary>Bytes under way, in slots that are used again. A datagram that will arrive twice is one slot with two holders.</summary>
internal sealed class PayloadPool
{
    /// <summary>Datagrams under way at once, over all nodes. More means that a machine floods.</summary>
    public const int MaxUnderWay = 1 << 22;

    private const int SmallestBytes = 128;

    private byte[][] _bytes = new byte[1024][];
    private Slot[] _slots = new Slot[1024];
    private readonly Stack<int>[] _free = [.. Enumerable.Range(0, 5).Select(_ => new Stack<int>())];
    private int _used;

    /// <summary>Copies a datagram into a slot with one holder.</summary>
    public int Take(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > IConfab.MaxDatagramBytes)
            throw new InvalidOperationException($"A machine sent {datagram.Length} bytes in one datagram; the limit is {IConfab.MaxDatagramBytes}.");
        // Slots of one size class serve that class only: else every slot would grow to the largest datagram in time.
        var size = SizeClass(datagram.Length);
        if (!_free[size].TryPop(out var slot))
            slot = Add(size);
        datagram.CopyTo(_bytes[slot]);
        _slots[slot] = new Slot { Length = datagram.Length, Holders = 1, TakenBy = -1 };
        return slot;
    }

    public void Share(int slot) => _slots[slot].Holders++;

    public ReadOnlySpan<byte> Read(int slot) => _bytes[slot].AsSpan(0, _slots[slot].Length);

    /// <summary>The same bytes, to be changed.</summary>
    public Span<byte> Write(int slot) => _bytes[slot].AsSpan(0, _slots[slot].Length);

    public void Release(int slot)
    {
        if (--_slots[slot].Holders == 0)
            _free[SizeClass(_slots[slot].Length)].Push(slot);
    }

    /// <summary>Whether this life of a node accepted the datagram.</summary>
    public bool IsAccepted(int slot, int node, int life) => _slots[slot].TakenBy == node && _slots[slot].TakenInLife == life;

    /// <summary>Notes that this life of a node accepted the datagram; false where it had accepted it before.</summary>
    public bool Accept(int slot, int node, int life)
    {
        ref var it = ref _slots[slot];
        if (IsAccepted(slot, node, life))
            return false;
        (it.TakenBy, it.TakenInLife) = (node, life);
        return true;
    }

    private static int SizeClass(int length) => length <= SmallestBytes ? 0 : length <= 256 ? 1 : length <= 512 ? 2 : length <= 1024 ? 3 : 4;

    private int Add(int size)
    {
        if (_used == MaxUnderWay)
            throw new InvalidOperationException($"More than {MaxUnderWay} datagrams are under way at once: a machine floods.");
        if (_used == _bytes.Length)
        {
            Array.Resize(ref _bytes, _used * 2);
            Array.Resize(ref _slots, _used * 2);
        }
        _bytes[_used] = new byte[size == 4 ? IConfab.MaxDatagramBytes : SmallestBytes << size];
        return _used++;
    }

    private struct Slot
    {
        public int Length;
        public int Holders;
        public int TakenBy;
        public int TakenInLife;
    }
}

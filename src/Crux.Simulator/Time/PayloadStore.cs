namespace Crux.Simulator.Time;

/// <summary>The slots of all <see cref="PayloadPool"/>s of a world: a datagram may be taken from one and given back to another. Slots never move.</summary>
/// <remarks>Slots are one owner's at a time; getting and giving back many is for any thread.</remarks>
internal sealed class PayloadStore
{
    /// <summary>Datagrams under way at once, over all nodes. More means that a machine floods.</summary>
    public const int MaxUnderWay = 1 << 22;

    /// <summary>Slots that change hands between store and pools at once.</summary>
    public const int Batch = 256;

    private const int PageBits = 8;

    private readonly Lock _gate = new();
    private readonly Slot[][] _pages = new Slot[MaxUnderWay >> PageBits][];
    private readonly Stack<int>[] _free = [.. Enumerable.Range(0, PayloadPool.Sizes).Select(_ => new Stack<int>())];
    private int _used;

    public ref Slot this[int slot] => ref _pages[slot >> PageBits][slot & ((1 << PageBits) - 1)];

    /// <summary>Hands out free slots of a size.</summary>
    public void Fetch(int size, Stack<int> into)
    {
        lock (_gate)
        {
            var free = _free[size];
            if (free.Count == 0)
                AddPage(size, free);
            for (var i = 0; i < Batch && free.TryPop(out var slot); i++)
                into.Push(slot);
        }
    }

    /// <summary>Takes free slots back.</summary>
    public void Return(int size, Stack<int> from)
    {
        lock (_gate)
        {
            for (var i = 0; i < Batch; i++)
                _free[size].Push(from.Pop());
        }
    }

    private void AddPage(int size, Stack<int> free)
    {
        if (_used == MaxUnderWay)
            throw new InvalidOperationException($"More than {MaxUnderWay} datagrams are under way at once: a machine floods.");
        var page = new Slot[1 << PageBits];
        for (var i = page.Length - 1; i >= 0; i--)
        {
            page[i].Bytes = new byte[PayloadPool.BytesOf(size)];
            free.Push(_used + i);
        }
        _pages[_used >> PageBits] = page;
        _used += page.Length;
    }

    /// <summary>One datagram.</summary>
    public struct Slot
    {
        public byte[] Bytes;
        public int Length;
        public int Holders;
        public int TakenBy;
        public int TakenInLife;
    }
}

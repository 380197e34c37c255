namespace Crux.Simulator.Time;

/// <summary>Bytes under way, in slots that are used again. A datagram that will arrive twice is one slot with two holders.</summary>
/// <remarks>One owner; several pools share a store.</remarks>
internal sealed class PayloadPool(PayloadStore store)
{
    /// <summary>Size classes of slots.</summary>
    public const int Sizes = 5;

    /// <summary>Free slots of a size that are kept; a pool that has more gives some back.</summary>
    private const int MostKept = 4 * PayloadStore.Batch;

    private const int SmallestBytes = 128;

    private readonly Stack<int>[] _free = [.. Enumerable.Range(0, Sizes).Select(_ => new Stack<int>())];

    public static int BytesOf(int size) => size == Sizes - 1 ? IConfab.MaxDatagramBytes : SmallestBytes << size;

    /// <summary>Copies a datagram into a slot with one holder.</summary>
    public int Take(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > IConfab.MaxDatagramBytes)
            throw new InvalidOperationException($"A machine sent {datagram.Length} bytes in one datagram; the limit is {IConfab.MaxDatagramBytes}.");
        // Slots of one size class serve that class only: else every slot would grow to the largest datagram in time.
        var size = SizeClass(datagram.Length);
        if (_free[size].Count == 0)
            store.Fetch(size, _free[size]);
        var slot = _free[size].Pop();
        ref var it = ref store[slot];
        datagram.CopyTo(it.Bytes);
        (it.Length, it.Holders, it.TakenBy) = (datagram.Length, 1, -1);
        return slot;
    }

    public void Share(int slot) => store[slot].Holders++;

    public ReadOnlySpan<byte> Read(int slot) => Write(slot);

    /// <summary>The same bytes, to be changed.</summary>
    public Span<byte> Write(int slot)
    {
        ref var it = ref store[slot];
        return it.Bytes.AsSpan(0, it.Length);
    }

    public void Release(int slot)
    {
        ref var it = ref store[slot];
        if (--it.Holders > 0)
            return;
        var size = SizeClass(it.Length);
        _free[size].Push(slot);
        if (_free[size].Count > MostKept)
            store.Return(size, _free[size]);
    }

    /// <summary>Whether this life of a node accepted the datagram.</summary>
    public bool IsAccepted(int slot, int node, int life) => store[slot].TakenBy == node && store[slot].TakenInLife == life;

    /// <summary>Notes that this life of a node accepted the datagram.</summary>
    public void Accept(int slot, int node, int life)
    {
        ref var it = ref store[slot];
        (it.TakenBy, it.TakenInLife) = (node, life);
    }

    private static int SizeClass(int length) => length <= SmallestBytes ? 0 : length <= 256 ? 1 : length <= 512 ? 2 : length <= 1024 ? 3 : 4;
}

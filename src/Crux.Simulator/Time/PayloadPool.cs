namespace Crux.Simulator.Time;

/// <summary>The bytes of datagrams under way, in slots that are used again. A duplicated datagram is one slot with two holders.</summary>
internal sealed class PayloadPool
{
    /// <summary>Datagrams under way at once, over all nodes. More means that a machine floods.</summary>
    public const int MaxUnderWay = 1 << 18;

    private readonly List<byte[]> _bytes = [];
    private readonly List<int> _lengths = [];
    private readonly List<int> _holders = [];
    private readonly Stack<int> _free = new();

    /// <summary>Copies a datagram into a slot with one holder.</summary>
    public int Take(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > IConfab.MaxDatagramBytes)
            throw new InvalidOperationException($"A machine sent {datagram.Length} bytes in one datagram; the limit is {IConfab.MaxDatagramBytes}.");
        if (!_free.TryPop(out var slot))
        {
            if (_bytes.Count == MaxUnderWay)
                throw new InvalidOperationException($"More than {MaxUnderWay} datagrams are under way at once: a machine floods.");
            slot = _bytes.Count;
            _bytes.Add([]);
            _lengths.Add(0);
            _holders.Add(0);
        }
        if (_bytes[slot].Length < datagram.Length)
            _bytes[slot] = new byte[Math.Max(128, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)datagram.Length))];
        datagram.CopyTo(_bytes[slot]);
        _lengths[slot] = datagram.Length;
        _holders[slot] = 1;
        return slot;
    }

    public void Share(int slot) => _holders[slot]++;

    public ReadOnlySpan<byte> Read(int slot) => _bytes[slot].AsSpan(0, _lengths[slot]);

    public void Release(int slot)
    {
        if (--_holders[slot] == 0)
            _free.Push(slot);
    }
}

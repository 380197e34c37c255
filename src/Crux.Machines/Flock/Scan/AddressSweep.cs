namespace Crux.Machines.Flock.Scan;

/// <summary>
/// All addresses of some ranges, and some single ones, over and over. Whoever looks in the same ranges goes through them in the same
/// order, so that members can share it by counting: of m members each takes every m-th address, and finds the next one in one step.
/// </summary>
/// <remarks>
/// A four-round Feistel network permutes the index, so ten million addresses take no memory, and neighbours don't fall to the same
/// member. Each node begins at a place of its own.
/// </remarks>
internal sealed class AddressSweep
{
    private const int Rounds = 4;

    private readonly AddressRange[] _ranges;
    private readonly NetAddress[] _contacts;
    private readonly ushort _port;
    private readonly ulong[] _keys = new ulong[Rounds];
    private readonly int _halfBits;
    private ulong _at;

    public AddressSweep(IEnumerable<AddressRange> ranges, IEnumerable<NetAddress> contacts, ushort port, ulong seed)
    {
        _ranges = [.. ranges];
        _contacts = [.. contacts];
        Count = (ulong)_contacts.Length;
        _port = port;
        foreach (var range in _ranges)
            Count += range.Count;
        for (var round = 0; round < Rounds; round++)
            _keys[round] = Mix.Two(Count, (ulong)round);
        while (1UL << (2 * _halfBits) < Count)
            _halfBits++;
        _at = Count == 0 ? 0 : seed % Count;
    }

    /// <summary>Addresses in one sweep.</summary>
    public ulong Count { get; }

    /// <summary>Addresses passed so far, by this node or by those that see to them.</summary>
    public ulong Passed { get; private set; }

    /// <summary>The next address that falls to one of <paramref name="members"/>; none where the sweep has fewer addresses than there are members.</summary>
    public bool TryNext(ulong members, ulong rank, out NetAddress address)
    {
        var mine = NextOf(_at, members, rank);
        if (mine >= Count)
        {
            Pass(Count);
            mine = rank;
        }
        if (mine >= Count)
        {
            address = default;
            return false;
        }
        Pass(mine + 1);
        address = At(mine);
        return true;
    }

    /// <summary>Others did so many sweeps.</summary>
    public void Skip(ulong sweeps) => Passed += sweeps * Count;

    private static ulong NextOf(ulong from, ulong members, ulong rank)
    {
        var place = from - (from % members) + rank;
        return place < from ? place + members : place;
    }

    private void Pass(ulong until)
    {
        Passed += until - _at;
        _at = until == Count ? 0 : until;
    }

    private NetAddress At(ulong index)
    {
        // Walk the cycle until it falls into the range again: at most three steps on average.
        do
            index = Permute(index);
        while (index >= Count);
        foreach (var range in _ranges)
        {
            if (index < range.Count)
                return range.At((uint)index, _port);
            index -= range.Count;
        }
        return _contacts[index];
    }

    private ulong Permute(ulong index)
    {
        var mask = (1UL << _halfBits) - 1;
        var (left, right) = (index >> _halfBits, index & mask);
        foreach (var key in _keys)
            (left, right) = (right, left ^ (Mix.One(key ^ right) & mask));
        return (left << _halfBits) | right;
    }
}

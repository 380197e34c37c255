namespace Crux.Machines.Flock.Scan;

/// <summary>
/// All addresses of some ranges, and some single ones, over and over, in an order of this node's own: if all nodes went the same way, they would all
/// look in the same places.
/// </summary>
/// <remarks>A four-round Feistel network permutes the index, so ten million addresses take no memory.</remarks>
internal sealed class AddressSweep
{
    private const int Rounds = 4;

    private readonly AddressRange[] _ranges;
    private readonly NetAddress[] _contacts;
    private readonly ushort _port;
    private readonly ulong[] _keys = new ulong[Rounds];
    private readonly int _halfBits;
    private ulong _next;

    public AddressSweep(IEnumerable<AddressRange> ranges, IEnumerable<NetAddress> contacts, ushort port, ulong seed)
    {
        _ranges = [.. ranges];
        _contacts = [.. contacts];
        Count = (ulong)_contacts.Length;
        _port = port;
        // What each round's mixing begins with is the same for all addresses: a member of a large group passes thousands for each that it probes.
        for (var round = 0; round < Rounds; round++)
        {
            var key = Mix.Two(seed, (ulong)round);
            _keys[round] = Mix.Next(ref key);
        }
        foreach (var range in _ranges)
            Count += range.Count;
        while (1UL << (2 * _halfBits) < Count)
            _halfBits++;
    }

    /// <summary>Addresses in one sweep.</summary>
    public ulong Count { get; }

    /// <summary>The next address. Every <see cref="Count"/> calls give each address once.</summary>
    public NetAddress Next()
    {
        var index = _next;
        _next = _next + 1 == Count ? 0 : _next + 1;
        // Walk the cycle until it falls into the range again: at most three steps on average.
        do
            index = Permute(index);
        while (index >= Count);
        foreach (var range in _ranges)
        {
            if (index < range.Count)
                return NetAddress.V4(range.Base + (uint)index, _port);
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

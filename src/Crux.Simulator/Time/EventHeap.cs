using System.Numerics;

namespace Crux.Simulator.Time;

/// <summary>
/// What is still to come, earliest first. A wheel of short buckets holds the next second or so, unsorted; only the bucket whose time has
/// come is put in order, in a heap small enough for the processor's cache. What lies further ahead waits in a heap of its own.
/// </summary>
internal sealed class EventHeap
{
    /// <summary>A bucket spans 2^9 ticks: 51.2 us.</summary>
    private const int GrainBits = 9;

    /// <summary>Buckets in the wheel: 0.84 s ahead, so that arrivals and most deadlines find one.</summary>
    private const int Buckets = 1 << 14;

    private const int None = -1;

    private readonly FourWayHeap _near = new(1024);
    private readonly FourWayHeap _far = new(1024);
    private readonly int[] _first = new int[Buckets];
    private readonly ulong[] _occupied = new ulong[Buckets / 64];
    private SimulatedEvent[] _pool = new SimulatedEvent[1024];
    private int[] _next = new int[1024];
    private int _free = None;
    private int _used;
    private int _inWheel;
    private long _cursor;

    public EventHeap() => Array.Fill(_first, None);

    public int Count => _near.Count + _inWheel + _far.Count;

    /// <summary>When the next event happens; the end of time where none waits.</summary>
    public long NextAt => Advance() ? _near.First.At : long.MaxValue;

    public void Push(in SimulatedEvent added)
    {
        var bucket = added.At >> GrainBits;
        if (bucket <= _cursor)
            _near.Push(added);
        else if (bucket - _cursor < Buckets)
            PutInWheel((int)(bucket & (Buckets - 1)), added);
        else
            _far.Push(added);
    }

    public SimulatedEvent Pop()
    {
        if (!Advance())
            throw new InvalidOperationException("Nothing is to come.");
        return _near.Pop();
    }

    // Moves on to the next bucket that holds something, where the present one is used up.
    private bool Advance()
    {
        if (_near.Count > 0)
            return true;
        var next = _inWheel > 0 ? NextInWheel() : long.MaxValue;
        if (_far.Count > 0)
            next = Math.Min(next, _far.First.At >> GrainBits);
        if (next == long.MaxValue)
            return false;
        _cursor = next;
        while (_far.Count > 0 && _far.First.At >> GrainBits == next)
            _near.Push(_far.Pop());
        EmptyBucket((int)(next & (Buckets - 1)));
        return true;
    }

    private void PutInWheel(int bucket, in SimulatedEvent added)
    {
        var place = _free;
        if (place != None)
        {
            _free = _next[place];
        }
        else
        {
            if (_used == _pool.Length)
            {
                Array.Resize(ref _pool, _used * 2);
                Array.Resize(ref _next, _used * 2);
            }
            place = _used++;
        }
        _pool[place] = added;
        _next[place] = _first[bucket];
        _first[bucket] = place;
        _occupied[bucket >> 6] |= 1UL << (bucket & 63);
        _inWheel++;
    }

    private void EmptyBucket(int bucket)
    {
        for (var place = _first[bucket]; place != None;)
        {
            _near.Push(_pool[place]);
            var next = _next[place];
            _next[place] = _free;
            _free = place;
            place = next;
            _inWheel--;
        }
        _first[bucket] = None;
        _occupied[bucket >> 6] &= ~(1UL << (bucket & 63));
    }

    private long NextInWheel()
    {
        var start = (int)((_cursor + 1) & (Buckets - 1));
        var word = start >> 6;
        var bits = _occupied[word] & (ulong.MaxValue << (start & 63));
        while (bits == 0)
        {
            word = (word + 1) & (_occupied.Length - 1);
            bits = _occupied[word];
        }
        var bucket = (word << 6) + BitOperations.TrailingZeroCount(bits);
        return _cursor + 1 + ((bucket - start) & (Buckets - 1));
    }
}

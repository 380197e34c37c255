namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Which of a sender's last 1,024 counters were seen. A sender counts over all its receivers, so the window is wide: what
/// one receiver gets has gaps.
/// </summary>
/// <remarks>A field of who has it: most of a large flock's senders are no more than this.</remarks>
internal struct ReplayWindow
{
    public const int SizeBits = 1024;

    // As many counters are kept as they are, for those who speak only once or twice.
    private const int Few = 4;

    private Counters _few;
    private int _count;
    private ulong[]? _seen;
    private ulong _highest;

    /// <summary>Whether this counter is new, as far as the window can tell.</summary>
    public readonly bool IsFresh(ulong counter)
    {
        if (counter > _highest)
            return true;
        if (_highest - counter >= SizeBits)
            return false;
        return _seen is null ? !IsAmongFew(counter) : (_seen[Word(counter)] & Bit(counter)) == 0;
    }

    /// <summary>Notes a counter whose frame has been authenticated.</summary>
    public void Mark(ulong counter)
    {
        if (_seen is null && _count < Few)
        {
            _few[_count++] = counter;
            _highest = Math.Max(_highest, counter);
            return;
        }
        if (_seen is null)
            Widen();
        MarkIn(_seen!, counter);
    }

    private readonly bool IsAmongFew(ulong counter)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_few[i] == counter)
                return true;
        }
        return false;
    }

    private void Widen()
    {
        _seen = new ulong[SizeBits / 64];
        _few[.._count].Sort();
        _highest = 0;
        foreach (var counter in _few[.._count])
            MarkIn(_seen, counter);
    }

    private void MarkIn(ulong[] seen, ulong counter)
    {
        if (counter > _highest)
        {
            if (counter - _highest >= SizeBits)
            {
                Array.Clear(seen);
            }
            else
            {
                Forget(seen, _highest + 1, counter);
            }
            _highest = counter;
        }
        seen[Word(counter)] |= Bit(counter);
    }

    // Word by word: a sender that speaks to thousands has gaps of hundreds.
    private static void Forget(ulong[] seen, ulong from, ulong until)
    {
        while (from < until)
        {
            var span = Math.Min(until - from, 64 - (from % 64));
            var bits = span == 64 ? ulong.MaxValue : ((1UL << (int)span) - 1) << (int)(from % 64);
            seen[Word(from)] &= ~bits;
            from += span;
        }
    }

    private static int Word(ulong counter) => (int)(counter % SizeBits / 64);

    private static ulong Bit(ulong counter) => 1UL << (int)(counter % 64);

    [System.Runtime.CompilerServices.InlineArray(Few)]
    private struct Counters
    {
        private ulong _first;
    }
}

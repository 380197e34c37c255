namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Which of a sender's last 1,024 counters were seen. A sender counts over all its receivers, so the window is wide: what
/// one receiver gets has gaps.
/// </summary>
internal sealed class ReplayWindow
{
    public const int SizeBits = 1024;

    private readonly ulong[] _seen = new ulong[SizeBits / 64];
    private ulong _highest;

    /// <summary>Whether this counter is new, as far as the window can tell.</summary>
    public bool IsFresh(ulong counter)
    {
        if (counter > _highest)
            return true;
        return _highest - counter < SizeBits && (_seen[Word(counter)] & Bit(counter)) == 0;
    }

    /// <summary>Notes a counter whose frame has been authenticated.</summary>
    public void Mark(ulong counter)
    {
        if (counter > _highest)
        {
            if (counter - _highest >= SizeBits)
            {
                Array.Clear(_seen);
            }
            else
            {
                Forget(_highest + 1, counter);
            }
            _highest = counter;
        }
        _seen[Word(counter)] |= Bit(counter);
    }

    // Word by word: a sender that speaks to thousands has gaps of hundreds.
    private void Forget(ulong from, ulong until)
    {
        while (from < until)
        {
            var span = Math.Min(until - from, 64 - (from % 64));
            var bits = span == 64 ? ulong.MaxValue : ((1UL << (int)span) - 1) << (int)(from % 64);
            _seen[Word(from)] &= ~bits;
            from += span;
        }
    }

    private static int Word(ulong counter) => (int)(counter % SizeBits / 64);

    private static ulong Bit(ulong counter) => 1UL << (int)(counter % 64);
}

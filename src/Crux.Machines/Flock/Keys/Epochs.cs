namespace Crux.Machines.Flock.Keys;

/// <summary>
/// The flock's time, of one generation of keys: it begins when the generation is minted, goes on by each node's own monotonic clock,
/// and whoever hears of a later epoch moves there. So the fastest clock leads, everybody turns within a datagram's way of it, and no
/// wall clock is asked: machines that have just powered on have none.
/// </summary>
internal sealed class Epochs
{
    /// <summary>How long one epoch's keys seal.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(40);

    /// <summary>How long the keys of the epoch before still open: a key's whole life is at most 60 s.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <summary>How far ahead others may be believed at first: half an epoch covers every delay in which a time is passed on.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(20);

    /// <summary>What is believed beyond that, per time passed: twice what two clocks of +-500 ppm can drift apart.</summary>
    public const double Drift = 0.002;

    /// <summary>The most that is ever believed: what two halves of a flock drift apart in 11 days. Beyond it a node asks for the time anew.</summary>
    public static readonly TimeSpan MaxAllowance = TimeSpan.FromMinutes(16);

    /// <summary>The highest epoch there is: five thousand years on; what is above is no time.</summary>
    public const long MaxEpoch = 1L << 32;

    private long _offset;
    private long _allowance = Slack.Ticks;
    private Instant _allowedAt;

    /// <summary>Whether the time is known: it was set since this machine started.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Time since the generation was minted.</summary>
    public TimeSpan Elapsed(Instant now) => new(now.Ticks + _offset);

    /// <summary>The epoch under way, from 1.</summary>
    public long At(Instant now) => IsKnown ? EpochOf(now.Ticks + _offset) : 0;

    /// <summary>When the next epoch begins.</summary>
    public Instant NextAt(Instant now) => IsKnown ? new(StartOf(At(now) + 1) - _offset) : Instant.Never;

    /// <summary>When the epoch before stops to open.</summary>
    public Instant GraceEndsAt(Instant now) => IsKnown ? new(StartOf(At(now)) + Grace.Ticks - _offset) : Instant.Never;

    /// <summary>Takes the time from a member that was asked for it; forward only, because an epoch's keys must not come back.</summary>
    public bool Set(Instant now, TimeSpan elapsed)
    {
        if (elapsed < TimeSpan.Zero || EpochOf(elapsed.Ticks) > MaxEpoch)
            return false;
        if (IsKnown && elapsed <= Elapsed(now))
            return false;
        _offset = elapsed.Ticks - now.Ticks;
        if (!IsKnown)
            (_allowance, _allowedAt) = (Slack.Ticks, now);
        IsKnown = true;
        return true;
    }

    /// <summary>Whether frames of this epoch may be opened: this one, in its grace the one before, and later ones within the allowance.</summary>
    public bool Opens(Instant now, long epoch)
    {
        if (!IsKnown)
            return false;
        var here = At(now);
        if (epoch < here)
            return epoch == here - 1 && epoch > 0 && now < GraceEndsAt(now);
        return epoch == here || StartOf(epoch) - (now.Ticks + _offset) <= AllowanceAt(now);
    }

    /// <summary>Hears of an epoch by a frame that has been authenticated.</summary>
    public void Hear(Instant now, long epoch)
    {
        var ahead = StartOf(epoch) - (now.Ticks + _offset);
        if (!IsKnown || ahead <= 0 || ahead > AllowanceAt(now))
            return;
        _allowance -= ahead;
        _offset += ahead;
    }

    /// <summary>The whole number of the epoch whose lowest six bits a header shows: the one nearest to now.</summary>
    public long Resolve(Instant now, int low)
    {
        const int Count = 1 << Codec.FrameHeader.EpochBits;
        var here = At(now);
        var ahead = (low - here) & (Count - 1);
        return here + (ahead < Count / 2 ? ahead : ahead - Count);
    }

    private long AllowanceAt(Instant now)
    {
        if (now > _allowedAt)
            (_allowance, _allowedAt) = (Math.Min(_allowance + (long)((now - _allowedAt).Ticks * Drift), MaxAllowance.Ticks), now);
        return _allowance;
    }

    private static long EpochOf(long elapsed) => (elapsed / Length.Ticks) + 1;

    private static long StartOf(long epoch) => (epoch - 1) * Length.Ticks;
}

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// What a member hears that speaks: with each answer it tells how many probes have come. So the loss on the way there is known
/// whatever was lost on the way back.
/// </summary>
/// <param name="each">The time that each probe stands for: a turn, shared among its probes.</param>
internal sealed class Trial(TimeSpan each)
{
    /// <summary>A verdict needs so long: it is the span of which a member that is well misses 40 % at most.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

    /// <summary>One that is not decided by then ends.</summary>
    public static readonly TimeSpan MaxLength = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Who missed so much of it is deaf: half as much again as one that is well may miss, which 80 % loss takes 3 s for. Of a longer span it is
    /// the same part.
    /// </summary>
    public static readonly TimeSpan MostMissed = TimeSpan.FromSeconds(2.4);

    /// <summary>From this part of <see cref="EarlyProbes"/> on it hears well, and need not be asked for longer.</summary>
    public const double Well = 0.5;

    /// <inheritdoc cref="Well"/>
    public const int EarlyProbes = 40;

    private (uint Number, ushort Heard, Instant At)? _first;
    private (uint Number, ushort Heard, Instant At) _last;

    /// <summary>When it last answered.</summary>
    public Instant? AnsweredAt => _first is null ? null : _last.At;

    /// <summary>How many turns this node had heard when it did.</summary>
    public long EarsAt { get; private set; }

    private uint Probes => _first is { } first ? _last.Number - first.Number : 0;

    private uint Heard => _first is { } first ? (ushort)(_last.Heard - first.Heard) : 0u;

    public void OnAnswer(uint number, ushort heard, Instant now, long ears)
    {
        EarsAt = ears;
        if (_first is null)
            _first = (number, heard, now);
        else if (number <= _last.Number)
            return;
        _last = (number, heard, now);
        // It has forgotten, and counts anew.
        if (Heard > Probes)
            _first = _last;
    }

    /// <summary>Whether it is deaf; null while that is not known.</summary>
    public bool? IsDeaf()
    {
        if (_first is not { } first)
            return null;
        var span = _last.At - first.At;
        // Counted and not taken as a part of the span: while this node is deaf itself it asks seldom, and just then the subject may hear.
        var missed = each * (Probes - Heard);
        if (missed >= MostMissed && missed >= span * (MostMissed / Length))
            return true;
        if (span >= Length)
            return false;
        return Probes >= EarlyProbes && Heard >= Well * Probes ? false : null;
    }
}

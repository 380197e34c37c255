namespace Crux.Machines.Health;

/// <summary>For how long a service was in which state, in milliseconds. Adding two gives the tally of both.</summary>
public readonly record struct HealthTally(long UnknownMs, long UpMs, long DrainingMs, long DownMs, long LeftMs)
{
    /// <summary>All of it together.</summary>
    public long TotalMs => UnknownMs + UpMs + DrainingMs + DownMs + LeftMs;

    /// <summary>Both together.</summary>
    public static HealthTally operator +(HealthTally a, HealthTally b) =>
        new(a.UnknownMs + b.UnknownMs, a.UpMs + b.UpMs, a.DrainingMs + b.DrainingMs, a.DownMs + b.DownMs, a.LeftMs + b.LeftMs);

    /// <summary>This and so many milliseconds of a state.</summary>
    public HealthTally Plus(HealthState state, long ms) => this + (state switch
    {
        HealthState.Up => new(0, ms, 0, 0, 0),
        HealthState.Draining => new(0, 0, ms, 0, 0),
        HealthState.Down => new(0, 0, 0, ms, 0),
        HealthState.Left => new(0, 0, 0, 0, ms),
        _ => new HealthTally(ms, 0, 0, 0, 0),
    });

    /// <summary>The part of it that fell into a part of its time, as if it had been spread evenly.</summary>
    public HealthTally Share(long ms)
    {
        var total = TotalMs;
        return ms >= total ? this : new(Part(UnknownMs), Part(UpMs), Part(DrainingMs), Part(DownMs), Part(LeftMs));

        long Part(long of) => (long)((Int128)of * ms / total);
    }

    /// <summary>Which states occur.</summary>
    internal HealthMarks Marks => new HealthMarks()
        .With(HealthState.Unknown, UnknownMs > 0).With(HealthState.Up, UpMs > 0).With(HealthState.Draining, DrainingMs > 0)
        .With(HealthState.Down, DownMs > 0).With(HealthState.Left, LeftMs > 0);
}

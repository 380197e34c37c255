namespace Crux;

/// <summary>A point on this node's monotonic clock, in ticks of 100 ns. Instants of two nodes do not compare.</summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>Later than every instant a clock can give: "no deadline".</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>The origin of the clock.</summary>
    public static Instant Zero => default;

    /// <summary>The instant <paramref name="span"/> after <paramref name="at"/>; never wraps.</summary>
    public static Instant operator +(Instant at, TimeSpan span) =>
        at == Never || span.Ticks > long.MaxValue - Math.Max(at.Ticks, 0) ? Never : new(at.Ticks + span.Ticks);

    /// <summary>The instant <paramref name="span"/> before <paramref name="at"/>.</summary>
    public static Instant operator -(Instant at, TimeSpan span) => new(at.Ticks - span.Ticks);

    /// <summary>The time from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public static TimeSpan operator -(Instant to, Instant from) => new(to.Ticks - from.Ticks);

    /// <summary>Whether <paramref name="a"/> comes before <paramref name="b"/>.</summary>
    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    /// <summary>Whether <paramref name="a"/> comes after <paramref name="b"/>.</summary>
    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    /// <summary>Whether <paramref name="a"/> does not come after <paramref name="b"/>.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    /// <summary>Whether <paramref name="a"/> does not come before <paramref name="b"/>.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    /// <summary>The earlier of two instants.</summary>
    public static Instant Min(Instant a, Instant b) => a < b ? a : b;

    /// <summary>The later of two instants.</summary>
    public static Instant Max(Instant a, Instant b) => a > b ? a : b;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>Seconds since the clock's origin, for people.</summary>
    public override string ToString() => this == Never ? "never" : $"{new TimeSpan(Ticks).TotalSeconds:F3}s";
}

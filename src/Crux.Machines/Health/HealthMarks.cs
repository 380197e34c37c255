namespace Crux.Machines.Health;

/// <summary>Which states occurred in a piece of time, of one service or of many.</summary>
internal readonly record struct HealthMarks(byte Bits)
{
    public static HealthMarks operator |(HealthMarks a, HealthMarks b) => new((byte)(a.Bits | b.Bits));

    /// <summary>One sign for people. Trouble shows, however short it was: a piece of time in which all was well but for a second is no good one.</summary>
    public char Sign =>
        Has(HealthState.Down) ? Has(HealthState.Up) ? '/' : 'x'
        : Has(HealthState.Unknown) ? '?'
        : Has(HealthState.Draining) ? '~'
        : Has(HealthState.Up) ? '='
        : Has(HealthState.Left) ? '-'
        : ' ';

    public HealthMarks With(HealthState state, bool occurs = true) => occurs ? new((byte)(Bits | 1 << (int)state)) : this;

    private bool Has(HealthState state) => (Bits & 1 << (int)state) != 0;
}

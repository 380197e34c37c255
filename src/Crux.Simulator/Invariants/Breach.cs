using System.Globalization;

namespace Crux.Simulator.Invariants;

/// <summary>An invariant that did not hold.</summary>
/// <param name="Invariant">Which.</param>
/// <param name="At">Virtual time.</param>
/// <param name="What">Who did what, in words.</param>
public sealed record Breach(Invariant Invariant, TimeSpan At, string What)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"at {At.TotalSeconds:F3} s: {What} ({Invariant})");
}

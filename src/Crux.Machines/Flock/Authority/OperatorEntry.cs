namespace Crux.Machines.Flock.Authority;

/// <summary>A further operator.</summary>
/// <param name="Name">For people; no two operators share one.</param>
/// <param name="Key">What stands for the public key; see <see cref="OperatorRoster.KeyOf"/>.</param>
/// <param name="Role">What it may do.</param>
public sealed record OperatorEntry(string Name, UInt128 Key, OperatorRole Role);

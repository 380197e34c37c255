namespace Crux.Machines.Flock;

/// <summary>How full one of a machine's tables is.</summary>
/// <param name="Name">What it holds.</param>
/// <param name="Count">How many.</param>
/// <param name="Limit">How many at most.</param>
public readonly record struct FlockGauge(string Name, int Count, int Limit);

namespace Crux.Simulator.Scenarios.Running;

/// <summary>One figure over several seeds.</summary>
/// <param name="Name">As in a single run's result.</param>
/// <param name="Measured">Seeds that had it.</param>
/// <param name="P50">Half are not above it.</param>
/// <param name="P99">99 of 100 are not above it.</param>
/// <param name="Worst">None is above it.</param>
public sealed record Figure(string Name, int Measured, double P50, double P99, double Worst);

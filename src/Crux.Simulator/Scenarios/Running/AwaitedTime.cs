namespace Crux.Simulator.Scenarios.Running;

/// <summary>How long a step waited.</summary>
/// <param name="Name">What the file calls it.</param>
/// <param name="Seconds">From the step, or from the last boot if that came later; null where the time was up first.</param>
/// <param name="WithinSeconds">The bound.</param>
public sealed record AwaitedTime(string Name, double? Seconds, double WithinSeconds);

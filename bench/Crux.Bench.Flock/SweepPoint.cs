using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>One point of a sweep: what was set, and what came of it over some seeds.</summary>
/// <param name="At">Density, part lost, or seconds of spread.</param>
/// <param name="Seeds">Runs that came to their end.</param>
/// <param name="FullView">Seconds to the full view; null where no run had it.</param>
/// <param name="ColdBytes">The most that a node sent until the first rest.</param>
/// <param name="Broken">Runs that broke an invariant.</param>
internal sealed record SweepPoint(double At, int Seeds, Spread? FullView, Spread? ColdBytes, int Broken);

using Crux.Simulator.Scenarios;

namespace Crux.Bench.Flock;

/// <summary>One thing is varied, everything else stays.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Axis">What is varied, for people.</param>
/// <param name="Values">Its values.</param>
/// <param name="Set">Sets one.</param>
internal sealed record Sweep(string Name, string Axis, IReadOnlyList<double> Values, Func<ScenarioFile, double, ScenarioFile> Set)
{
    public static IReadOnlyList<Sweep> All { get; } =
    [
        new("density", "nodes per address", [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1], (file, value) => file with { Density = value }),
        new("loss", "part of datagrams lost", [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4], (file, value) => file with { Network = file.Network with { Loss = value } }),
        new("spread", "seconds over which machines start", [0.1, 0.5, 1, 2, 5, 10, 30, 60], (file, value) => file with { Racks = [file.Racks[0] with { Over = TimeSpan.FromSeconds(value) }] }),
    ];
}

using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>One thing is varied, everything else stays.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Axis">What is varied, for people.</param>
/// <param name="Values">Its values.</param>
/// <param name="Set">Sets one.</param>
internal sealed record Sweep(string Name, string Axis, IReadOnlyList<double> Values, Func<ScenarioFile, double, ScenarioFile> Set)
{
    /// <summary>Seeds of each point.</summary>
    private const int Seeds = 20;

    /// <summary>How the keys of sweeps begin.</summary>
    public const string Prefix = "sweep ";

    private const string FullView = "full view", ColdBytes = "cold bytes";

    public static IReadOnlyList<Sweep> All { get; } =
    [
        new("density", "nodes per address", [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1], (file, value) => file with { Density = value }),
        new("loss", "part of datagrams lost", [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4], (file, value) => file with { Network = file.Network with { Loss = value } }),
        new("spread", "seconds over which machines start", [0.1, 0.5, 1, 2, 5, 10, 30, 60], (file, value) => file with { Racks = [file.Racks[0] with { Over = TimeSpan.FromSeconds(value) }] }),
    ];

    private string KeyOf(double value, int nodes) => FormattableString.Invariant($"{Prefix}{Name} {value} {nodes}");

    public Batch BatchOf(double value, int nodes) => new(
        KeyOf(value, nodes), Set(ScenarioLibrary.Read("cold-1k") with { Nodes = nodes, Expect = new Expectations() }, value), Seeds,
        new(StringComparer.Ordinal) { [FullView] = run => run.FullViewSeconds, [ColdBytes] = run => run.ColdStart?.Bytes.Max });

    public static SweepPoint PointOf(double value, IReadOnlyList<SavedRun> runs) => new(
        value, runs.Count, SpreadOf(runs, FullView), SpreadOf(runs, ColdBytes), runs.Count(run => run.Broken.Count > 0));

    private static Spread? SpreadOf(IReadOnlyList<SavedRun> runs, string figure) =>
        runs.Select(run => run.Figures.GetValueOrDefault(figure)).OfType<double>().ToList() is { Count: > 0 } measured ? Spread.Of(measured) : null;
}

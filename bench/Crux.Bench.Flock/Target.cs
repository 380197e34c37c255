using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>One line of the table of figures.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Scenario">What is run.</param>
/// <param name="Seeds">How many seeds the promise is about.</param>
/// <param name="Counts">Which of the seeds counts.</param>
/// <param name="Limit">What is promised.</param>
/// <param name="Unit">Of the figure.</param>
/// <param name="Figure">Takes it; null where a run did not have it.</param>
internal sealed record Target(string What, ScenarioFile Scenario, int Seeds, Counts Counts, double Limit, string Unit, Func<RunResult, double?> Figure)
{
    /// <summary>Node-seconds that a promise about a sum is about.</summary>
    public double NodeSeconds { get; init; }

    /// <summary>What calculation says, per node-second; null where nothing was calculated.</summary>
    public double? Calculated { get; init; }

    /// <summary>Whether real time is measured: that hangs on code and machine, and runs that were carried over say nothing of it.</summary>
    public bool IsRealTime { get; init; }
}

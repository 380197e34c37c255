using System.Diagnostics;
using Crux.Simulator.Scenarios;
using Crux.Simulator.Scenarios.Running;

namespace Crux.Bench.Flock;

/// <summary>The runs of one scenario, seed after seed, as far as the time goes.</summary>
internal sealed class Batch(ScenarioFile scenario)
{
    private readonly List<RunResult> _results = [];

    public ScenarioFile Scenario => scenario;

    public IReadOnlyList<RunResult> Results => _results;

    /// <summary>Real time of the slowest run so far, whether it came to its end or not.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Whether a run was given up because it took too long: more of them would be, too.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>The key under which targets share a batch.</summary>
    public static string KeyOf(ScenarioFile scenario) => FormattableString.Invariant($"{scenario.Name} {scenario.Nodes} {scenario.Network.Loss}");

    public void RunNext(TimeSpan atMost, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(atMost);
        var wall = Stopwatch.StartNew();
        try
        {
            var result = new ScenarioRun(scenario, (ulong)_results.Count + 1).Run(limit.Token);
            _results.Add(result with { Timeline = [], Convergence = [] });
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            IsGivenUp = true;
        }
        if (wall.Elapsed > Slowest)
            Slowest = wall.Elapsed;
        GC.Collect();
    }
}

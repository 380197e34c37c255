using System.Diagnostics;
using System.Globalization;
using Crux.Machines;
using Crux.Simulator.Invariants;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Runs a scenario under one seed: the timeline step by step, looking at the world as it goes.</summary>
public sealed class ScenarioRun
{
    /// <summary>The most threads of one run.</summary>
    public const int MaxWorkers = SimulationOptions.MaxWorkers;

    /// <summary>The grain of every measured time.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    /// <summary>How often a world that has been at rest for long is looked at.</summary>
    private static readonly TimeSpan LazyGlance = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LazyAfter = TimeSpan.FromSeconds(60);

    /// <summary>Where much is lost somebody is always in doubt of somebody: one view and one leader for so long are rest enough to be measured.</summary>
    private static readonly TimeSpan AgreedEnough = TimeSpan.FromSeconds(2);

    private readonly ScenarioFile _scenario;
    private readonly FlockSimulation _world;
    private readonly SeededRandom _random;
    private readonly Chronicle _chronicle;
    private readonly Measures _measures;
    private readonly Deeds _deeds;
    private readonly Operator _operator;
    private readonly KeyWatch _keys;
    private readonly List<AwaitedTime> _awaited = [];
    private readonly List<string> _failures = [];
    private readonly Stopwatch _wall = Stopwatch.StartNew();
    private readonly ulong _seed;
    private TimeSpan _lastBoot;
    private TimeSpan _disturbedAt;
    private Invariant _atStake = Invariant.OneView;
    private bool _blamed;
    private bool _disturbed;

    /// <summary>A run that has not begun.</summary>
    /// <param name="scenario">What to run.</param>
    /// <param name="seed">Gives its history.</param>
    /// <param name="workers">Threads that run it; the history is the same for any number.</param>
    public ScenarioRun(ScenarioFile scenario, ulong seed, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        (_scenario, _seed) = (scenario, seed);
        _random = new SeededRandom(Mix.Two(seed, 78));
        (_world, _lastBoot) = WorldOfScenario.Build(scenario, seed, _random, workers);
        _disturbedAt = _lastBoot;
        _chronicle = new Chronicle(_world);
        _measures = new Measures(_world, hasColdStart: !scenario.StartsSettled);
        (_operator, _keys) = (new Operator(_world, scenario), new KeyWatch(_world));
        _deeds = new Deeds(_world, new NodePicker(_world, scenario, _random), _random, _chronicle, _operator);
    }

    /// <summary>Hears the virtual time and how many of how many nodes have the full view, some times a second of virtual time.</summary>
    public Action<ConvergencePoint>? Progress { get; set; }

    internal FlockSimulation World => _world;

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public RunResult Run(CancellationToken cancellationToken = default)
    {
        using (_world)
        {
            try
            {
                foreach (var step in _scenario.Timeline)
                    Do(step, cancellationToken);
                var end = TimeSpan.FromTicks(Math.Max(_world.Now.Ticks, _lastBoot.Ticks)) + _scenario.RunOn;
                Advance(end, cancellationToken);
            }
            catch (SimulationException broken)
            {
                return Conclude([.. _world.Breaches, new Breach(Invariant.Sound, _world.Now, broken.Message)]);
            }
            EndPhase();
            if (_scenario.Expect.Rest && _world.Unrest(evenInDoubt: true) is { } unrest)
                _failures.Add($"rest: at the end {unrest}");
            return Conclude(_world.Breaches);
        }
    }

    private void Do(Step step, CancellationToken cancellationToken)
    {
        Advance(step.At ?? (_world.Now + step.After), cancellationToken);
        if (step.Kind == StepKind.Await)
        {
            Await(step, cancellationToken);
            return;
        }
        if (!step.Disturbs)
            return;
        EndPhase();
        _deeds.Do(step);
        _disturbed |= _world.Now > TimeSpan.Zero;
        if (step.Kind is StepKind.PowerOn or StepKind.ReuseAddress or StepKind.Move or StepKind.Clone or StepKind.DuplicateAddress)
            _lastBoot = TimeSpan.FromTicks(Math.Max(_lastBoot.Ticks, _world.Now.Ticks + step.Over.Ticks));
        (_disturbedAt, _blamed) = (TimeSpan.FromTicks(Math.Max(_world.Now.Ticks + step.Over.Ticks, _lastBoot.Ticks)), false);
        _atStake = step.Kind switch
        {
            StepKind.Crash or StepKind.Leave => Invariant.CrashRemoved,
            StepKind.Heal or StepKind.CrossWire => Invariant.Merged,
            _ => Invariant.OneView,
        };
        // What was done now shows now: machines that were started have begun, and whoever is gone is missing.
        _world.Run(TimeSpan.Zero);
        _chronicle.Look();
    }

    private void Await(Step step, CancellationToken cancellationToken)
    {
        var start = TimeSpan.FromTicks(Math.Max(_world.Now.Ticks, _lastBoot.Ticks));
        Advance(start, cancellationToken);
        var missing = Missing(step.Goal);
        while (missing is not null && _world.Now - start < step.Within)
        {
            Advance(_world.Now + Glance, cancellationToken);
            missing = Missing(step.Goal);
        }
        double? took = missing is null ? (_world.Now - start).TotalSeconds : null;
        _awaited.Add(new AwaitedTime(step.Name, took, step.Within.TotalSeconds));
        if (missing is not null)
            _failures.Add(string.Create(CultureInfo.InvariantCulture, $"line {step.Line}: not {step.Name} within {step.Within.TotalSeconds} s: {missing}"));
        _chronicle.Tell(took is null ? $"not {step.Name} in time: {missing}" : string.Create(CultureInfo.InvariantCulture, $"{step.Name} after {took:0.00} s"));
    }

    private string? Missing(Goal goal) => goal switch
    {
        Goal.FullView => _chronicle.FullSince is null ? "views differ" : null,
        Goal.Names => _chronicle.FullSince is null ? "views differ" : _world.Nodes.Count(node => node.IsRunning && node.Machine!.NamelessCount > 0) is > 0 and var some ? $"{some} nodes lack names" : null,
        Goal.Leader => _chronicle.FullSince is null ? "views differ" : _chronicle.LeaderSince is null ? "not all follow one leader" : null,
        Goal.FencedLeader => _chronicle.FullSince is null ? "views differ" : _chronicle.FencedSince is null ? "not all follow one fenced leader" : null,
        Goal.Alarmed => _world.Nodes.Count(node => node.IsRunning && node.Machine!.Foreigners.Count == 0) is > 0 and var calm ? $"{calm} nodes are not alarmed" : null,
        Goal.NewKeys => _operator.Missing(),
        _ => _world.Unrest(),
    };

    private void Advance(TimeSpan until, CancellationToken cancellationToken)
    {
        while (_world.Now < until)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var grain = _world.Now - _disturbedAt > LazyAfter && _chronicle.FullSince is not null ? LazyGlance : Glance;
            var next = TimeSpan.FromTicks(Math.Min(Math.Min(until.Ticks, _deeds.EndsAt.Ticks), _world.Now.Ticks + grain.Ticks));
            _world.Run(next - _world.Now);
            if (_deeds.EndsAt <= _world.Now)
            {
                _deeds.EndDue();
                (_disturbedAt, _blamed) = (_world.Now, false);
            }
            _chronicle.Look();
            _keys.Look();
            if (_chronicle.Points is [.., var point])
                Progress?.Invoke(point);
            LookForRest();
        }
    }

    private void LookForRest()
    {
        if (!_disturbed && _world.Now >= _lastBoot && _world.Now > TimeSpan.Zero)
            _measures.Look(() => _chronicle.FullSince is not null && (_world.Unrest() is null || HasAgreedFor(AgreedEnough)));
        if (_blamed || _world.Now - _disturbedAt < _scenario.RestWithin || _world.Unrest(evenInDoubt: true) is not { } unrest)
            return;
        _blamed = true;
        _world.Broken(_atStake, string.Create(CultureInfo.InvariantCulture, $"Nothing happened for {_scenario.RestWithin.TotalSeconds} s, and {unrest}."));
    }

    private bool HasAgreedFor(TimeSpan span) => _chronicle.FullSince is { } full && _chronicle.LeaderSince is { } led && _world.Now - (full > led ? full : led) >= span;

    // Start-up and rest are measured up to the first disturbance.
    private void EndPhase()
    {
        if (_disturbed || _measures.IsOver)
            return;
        _measures.End(_lastBoot, _chronicle.FullSince, _chronicle.LeaderSince, _chronicle.FencedSince);
        _chronicle.Mark();
    }

    private RunResult Conclude(IReadOnlyList<Breach> breaches)
    {
        var report = _world.Report;
        var result = new RunResult
        {
            Scenario = _scenario.Name,
            Seed = _seed,
            Nodes = _scenario.Nodes,
            StartedSettled = _scenario.StartsSettled,
            TraceHash = report.Trace,
            FullViewSeconds = _measures.FullView,
            ProvisionalLeaderSeconds = _measures.Leader,
            FencedLeaderSeconds = _measures.Fenced,
            Awaited = _awaited,
            ViewsPerNode = _chronicle.ViewsPerNode,
            ViewChanges = _chronicle.ViewChangesSinceMark,
            SettledSizes = _chronicle.SettledSizes,
            LeaderChanges = _chronicle.LeaderChanges,
            EvictionsTrue = _world.Membership.TrueEvictions,
            EvictionsFalse = _world.Membership.FalseEvictions,
            Keys = _keys.Conclude(_operator.Ordered),
            ColdStart = _measures.ColdStart,
            Steady = _measures.Steady,
            PeakBytesPerSecond = Spread.Of(_world.Nodes.Select(node => (double)node.Sent.Peak)),
            Events = report.Events,
            VirtualSeconds = report.Elapsed.TotalSeconds,
            WallSeconds = _wall.Elapsed.TotalSeconds,
            Violations = [.. breaches],
            Timeline = _chronicle.Entries,
            Convergence = _chronicle.Points,
        };
        return result with { Failures = [.. _failures, .. _deeds.Refused, .. Judgement.Of(result, _scenario.Expect)] };
    }
}

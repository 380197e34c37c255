using System.Text;
using Crux.Machines.Flock;

namespace Crux.Simulator;

/// <summary>A script for a simulated flock, told in the order in which it happens. Each step runs at once; a step that fails throws with the whole story so far.</summary>
/// <remarks>Nodes are named by their number, from 0. Starting times are spread by the seed.</remarks>
public sealed class Scenario : IDisposable
{
    /// <summary>How often the world is looked at while waiting: the grain of every measured time.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly List<(string What, TimeSpan Took)> _timings = [];
    private readonly List<int> _all = [];
    private readonly Machines.SeededRandom _random;

    private Scenario(SimulationOptions options)
    {
        World = new FlockSimulation(options);
        _random = new(Machines.Mix.Two(options.Seed, 77));
    }

    /// <summary>The world beneath.</summary>
    public FlockSimulation World { get; }

    /// <summary>How long each wait for rest took, in virtual time.</summary>
    public IReadOnlyList<(string What, TimeSpan Took)> Timings => _timings;

    /// <summary>The newest of <see cref="Timings"/>.</summary>
    public TimeSpan Took => _timings[^1].Took;

    /// <summary>The node that the first running node follows. Meaningful at rest.</summary>
    public int Leader => World.IndexOf(World.Nodes[_all.First(World.IsRunning)].Machine!.Digest.Leader ?? throw new SimulationException("There is no leader."));

    /// <summary>A world with <paramref name="nodes"/> hosts of one flock, all off.</summary>
    public static Scenario Of(ulong seed, int nodes, NetworkConditions? network = null, FlockOptions? rules = null) =>
        Of(new SimulationOptions { Seed = seed, Network = network ?? new(), Flock = rules ?? new() }, nodes);

    /// <summary>A world with <paramref name="nodes"/> hosts of one flock, all off.</summary>
    public static Scenario Of(SimulationOptions options, int nodes)
    {
        var scenario = new Scenario(options);
        scenario.Add(nodes, Credentials("alpha", "lab", 1));
        return scenario;
    }

    /// <summary>Made-up credentials; the same arguments give the same ones.</summary>
    public static FlockCredentials Credentials(string flock, string bloc, ulong secretSeed)
    {
        var secret = new byte[32];
        new Machines.SeededRandom(secretSeed).Fill(secret);
        return new FlockCredentials(flock, new BlocId(bloc), secret);
    }

    /// <summary>More hosts, perhaps of another flock, numbered on.</summary>
    public Scenario Add(int nodes, FlockCredentials credentials)
    {
        _all.AddRange(World.AddNodes(nodes, credentials));
        return this;
    }

    /// <summary>Changes what the network does.</summary>
    public Scenario Network(Func<NetworkConditions, NetworkConditions> change)
    {
        World.Network = change(World.Network);
        return this;
    }

    /// <summary>Starts every node that is off, each at a moment within the given span.</summary>
    public Scenario PowerOn(TimeSpan over) => PowerOn(over, [.. _all.Where(node => World.ViewOf(node) is null)]);

    /// <summary>Starts these nodes, each at a moment within the given span.</summary>
    public Scenario PowerOn(TimeSpan over, params int[] nodes)
    {
        foreach (var node in nodes)
            World.PowerOn(node, _random.Next(over));
        return Run(over);
    }

    /// <summary>Kills these nodes without a goodbye.</summary>
    public Scenario Crash(params IEnumerable<int> nodes) => Each(nodes, World.Crash);

    /// <summary>Kills every node.</summary>
    public Scenario CrashAll() => Crash(_all.Where(node => World.ViewOf(node) is not null));

    /// <summary>Ends these nodes in order.</summary>
    public Scenario Leave(params IEnumerable<int> nodes) => Each(nodes, World.Leave);

    /// <summary>Halts a node's process for a while; does not wait for it.</summary>
    public Scenario Pause(int node, TimeSpan span)
    {
        World.Pause(node, span);
        return this;
    }

    /// <summary>Cuts the first so many nodes off from all others, both ways.</summary>
    public Scenario Partition(int first)
    {
        int[] here = [.. _all.Take(first)];
        int[] there = [.. _all.Skip(first)];
        World.Cut(here, there);
        World.Cut(there, here);
        return this;
    }

    /// <summary>Cuts one direction between two nodes.</summary>
    public Scenario CutOneWay(int from, int to)
    {
        World.Cut([from], [to]);
        return this;
    }

    /// <summary>Mends every cut.</summary>
    public Scenario Heal()
    {
        World.Heal();
        return this;
    }

    /// <summary>Lets time pass.</summary>
    public Scenario Run(TimeSpan span)
    {
        World.Run(span);
        return this;
    }

    /// <summary>Waits until each connected part is at rest, and takes the time.</summary>
    /// <exception cref="SimulationException">It was not, within the given span.</exception>
    public Scenario UntilRest(string what, TimeSpan within) => Until(what, () => World.Unrest(), within);

    /// <summary>Waits until nothing is missing any more, and takes the time.</summary>
    /// <param name="what">Names the wait in <see cref="Timings"/>.</param>
    /// <param name="missing">What is still missing, in words; null when nothing is.</param>
    /// <param name="within">The bound, in virtual time.</param>
    /// <exception cref="SimulationException">Something still was, after the given span.</exception>
    public Scenario Until(string what, Func<string?> missing, TimeSpan within)
    {
        var start = World.Now;
        while (missing() is { } unrest)
        {
            if (World.Now - start >= within)
                throw new SimulationException($"Not {what} within {within.TotalSeconds:F1} s: {unrest}. {this}");
            World.Run(Glance);
        }
        _timings.Add((what, World.Now - start));
        return this;
    }

    /// <summary>
    /// Checks that views and leaders stay as they are for a while. Doubts may come and go: where datagrams are lost, somebody is soon
    /// asked whether he is still there.
    /// </summary>
    /// <exception cref="SimulationException">Something moved.</exception>
    public Scenario StaysAtRest(TimeSpan span)
    {
        for (var end = World.Now + span; World.Now < end;)
        {
            World.Run(Glance);
            if (World.Unrest(evenInDoubt: true) is { } unrest)
                throw new SimulationException($"The rest did not last: {unrest}. {this}");
        }
        return this;
    }

    /// <summary>The report and all timings, in one line.</summary>
    public override string ToString()
    {
        var story = new StringBuilder(World.Report.ToString());
        foreach (var (what, took) in _timings)
            story.Append(System.Globalization.CultureInfo.InvariantCulture, $"; {what} after {took.TotalSeconds:F2} s");
        return story.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => World.Dispose();

    private Scenario Each(IEnumerable<int> nodes, Action<int> act)
    {
        foreach (var node in nodes.ToList())
            act(node);
        return this;
    }
}

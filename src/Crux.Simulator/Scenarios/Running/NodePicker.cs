using Crux.Machines;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Finds the nodes that a step means.</summary>
internal sealed class NodePicker(FlockSimulation world, ScenarioFile scenario, SeededRandom random)
{
    private IReadOnlyList<int> _last = [];

    public IReadOnlyList<int> Pick(NodePick pick)
    {
        var picked = Find(pick);
        if (picked.Count > 0)
            _last = picked;
        return picked;
    }

    private IReadOnlyList<int> Find(NodePick pick) => pick.Kind switch
    {
        NodePickKind.Some => ByChance((int)pick.Count),
        NodePickKind.Percent => ByChance((int)Math.Round(pick.Count / 100 * world.Nodes.Count(node => node.IsRunning))),
        NodePickKind.Leader => Leader() is var leader and >= 0 ? [leader] : [],
        NodePickKind.Voters => Voters(),
        NodePickKind.Down => Where(node => !node.IsOn),
        NodePickKind.Same => _last,
        NodePickKind.First => Where(node => node.Index < (int)pick.Count),
        NodePickKind.Rack => Where(node => node.Rack == pick.Name),
        NodePickKind.Flock => Where(node => node.Credentials.Name == pick.Name),
        NodePickKind.Numbers => Numbers(pick.Numbers!),
        _ => Where(_ => true),
    };

    private List<int> Voters()
    {
        var ids = world.Nodes.FirstOrDefault(node => node.IsRunning && !node.IsOutcast)?.Machine!.Election.Voters.Select(voter => voter.Id).ToHashSet() ?? [];
        return Where(node => ids.Contains(node.Id));
    }

    private List<int> Numbers(IReadOnlyList<int> numbers) => numbers.All(number => number < world.Count)
        ? [.. numbers]
        : throw new ScenarioException($"{scenario.Name}: there are nodes 0 to {world.Count - 1}, and a step names node {numbers.Max()}.");

    private List<int> Where(Func<SimulatedNode, bool> holds) => [.. world.Nodes.Where(holds).Select(node => node.Index)];

    private List<int> ByChance(int count)
    {
        var leader = Leader();
        var candidates = Where(node => node.IsRunning && node.Index != leader);
        count = Math.Min(count, candidates.Count);
        for (var i = 0; i < count; i++)
        {
            var other = i + random.Next(candidates.Count - i);
            (candidates[i], candidates[other]) = (candidates[other], candidates[i]);
        }
        return candidates[..count];
    }

    private int Leader() => world.Nodes.FirstOrDefault(node => node.IsRunning && !node.IsOutcast) is { } any && world.Digests[any.Index].Leader is { } id ? world.IndexOf(id) : -1;
}

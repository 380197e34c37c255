using System.Globalization;
using Crux.Machines;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Simulator.Flock;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Whoever runs the flocks of a scenario, and what was ordered.</summary>
internal sealed class Operator(FlockSimulation world, ScenarioFile scenario)
{
    /// <summary>Generations that were ordered.</summary>
    public int Ordered { get; private set; }

    /// <summary>The generation that all should seal with by and by; 0 where none was ordered.</summary>
    public uint Wanted { get; private set; }

    /// <summary>The key of who runs the flocks of a secret.</summary>
    public static INodeSigner KeyOf(FlockPlan flock) => new SimulatedSigner(Mix.Two((ulong)flock.Secret, 0xb055));

    /// <summary>Gives an order at a node.</summary>
    /// <returns>Why it was not taken; null where it was.</returns>
    public string? Give(StepKind kind, int node)
    {
        if (world.Nodes[node].Machine is not { } machine)
            return "it is off";
        var key = scenario.Flocks.Select(KeyOf).First(key => key.PublicKey.Span.SequenceEqual(world.Nodes[node].Credentials.OperatorPublicKey.Span));
        return kind == StepKind.RotateKeys ? RotateKeys(node, machine.KeyTime.Generation, key) : Refound(node, key);
    }

    /// <summary>How many running nodes are still to seal with what was ordered, in words; null where none.</summary>
    public string? Missing()
    {
        var late = world.Nodes.Count(node => node is { IsRunning: true, IsOutcast: false } && node.Machine!.KeyTime.Generation < Wanted);
        return late == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{late} nodes still seal with older keys than generation {Wanted}");
    }

    private string? RotateKeys(int node, uint now, INodeSigner key)
    {
        if (world.Order(node, OrderKind.RotateKeys, [], key) is { } problem)
            return problem;
        (Ordered, Wanted) = (Ordered + 1, Math.Max(Wanted, now + 1));
        return null;
    }

    private string? Refound(int node, INodeSigner key)
    {
        var (terms, problem) = world.PlanRefounding(node);
        return terms is null ? problem : world.Order(node, OrderKind.Refound, terms.ToPayload(), key);
    }
}

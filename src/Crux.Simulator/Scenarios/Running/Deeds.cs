using System.Globalization;
using Crux.Machines;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Does to the world what steps say, and undoes what was meant for a while.</summary>
internal sealed class Deeds(FlockSimulation world, NodePicker picker, SeededRandom random, Chronicle chronicle, Operator boss)
{
    private const int MostNamed = 5;

    private readonly PriorityQueue<Action, (TimeSpan At, int Order)> _ends = new();
    private int _order;

    /// <summary>What could not be done, and so fails the run.</summary>
    public List<string> Refused { get; } = [];

    /// <summary>When the next deed that lasts ends.</summary>
    public TimeSpan EndsAt => _ends.TryPeek(out _, out var first) ? first.At : TimeSpan.MaxValue;

    public void EndDue()
    {
        while (EndsAt <= world.Now)
            _ends.Dequeue()();
    }

    public void Do(Step step)
    {
        var nodes = step.Kind is StepKind.Heal or StepKind.Network or StepKind.CrossWire ? [] : picker.Pick(step.Nodes);
        chronicle.Tell(Describe(step, nodes));
        switch (step.Kind)
        {
            case StepKind.Network:
                world.Network = step.Network!;
                break;
            case StepKind.Heal:
                world.Heal();
                break;
            case StepKind.CrossWire:
                world.PutOnWire(Enumerable.Range(0, world.Count), 0);
                break;
            case StepKind.Partition:
                Cut(nodes, bothWays: true);
                break;
            case StepKind.OneWay:
                Cut(nodes, bothWays: false);
                break;
            default:
                foreach (var node in nodes)
                    Do(step, node);
                break;
        }
    }

    private void Do(Step step, int node)
    {
        switch (step.Kind)
        {
            case StepKind.PowerOn:
                world.PowerOn(node, random.Next(step.Over));
                break;
            case StepKind.Crash when world.Nodes[node].IsOn:
                world.Crash(node);
                break;
            case StepKind.Leave when world.IsRunning(node):
                world.Leave(node);
                break;
            case StepKind.Pause when world.IsRunning(node):
                world.Pause(node, step.For!.Value);
                break;
            case StepKind.Loss:
                world.SetLoss(node, step.Inbound, step.Outbound);
                EndAfter(step.For, () => world.SetLoss(node, 0, 0));
                break;
            case StepKind.FlipFlop:
                FlipFlop(node, step.Period, step.For is { } span ? world.Now + span : TimeSpan.MaxValue, deaf: true);
                break;
            case StepKind.ClockRate:
                world.SetClockRate(node, random.Next((2 * step.Ppm) + 1) - step.Ppm);
                break;
            case StepKind.Flood:
                world.StartFlood(node, step.PerSecond, step.For!.Value, step.Bytes, step.Forged);
                break;
            case StepKind.RotateKeys or StepKind.Refound:
                if (boss.Give(step.Kind, node) is { } problem)
                    Refused.Add(string.Create(CultureInfo.InvariantCulture, $"line {step.Line}: node{node} took no order: {problem}"));
                break;
            default:
                Replace(step, node);
                break;
        }
    }

    // Machines that come up where, or as, others are or were.
    private void Replace(Step step, int node)
    {
        var credentials = world.Nodes[node].Credentials;
        switch (step.Kind)
        {
            case StepKind.ReuseAddress:
                world.Crash(node);
                world.PowerOn(world.AddNode(world.AddressOf(node), credentials, world.Count), random.Next(step.Over));
                break;
            case StepKind.Move:
                world.Crash(node);
                world.Move(node, world.FreeAddress());
                world.PowerOn(node, random.Next(step.Over));
                break;
            case StepKind.Clone:
                world.PowerOn(world.AddNode(world.FreeAddress(), credentials, node), TimeSpan.Zero);
                break;
            case StepKind.DuplicateAddress:
                world.PowerOn(world.AddNode(world.AddressOf(node), credentials, world.Count), TimeSpan.Zero);
                break;
        }
    }

    private void Cut(IReadOnlyList<int> nodes, bool bothWays)
    {
        var inside = nodes.ToHashSet();
        int[] others = [.. Enumerable.Range(0, world.Count).Where(node => !inside.Contains(node))];
        world.Cut(nodes, others);
        if (bothWays)
            world.Cut(others, nodes);
    }

    private void FlipFlop(int node, TimeSpan period, TimeSpan until, bool deaf)
    {
        var isOver = world.Now >= until;
        world.SetFlipFlop(node, !isOver);
        world.SetLoss(node, deaf && !isOver ? 1 : 0, 0);
        if (!isOver)
            EndAfter(period, () => FlipFlop(node, period, until, !deaf));
    }

    private void EndAfter(TimeSpan? span, Action end)
    {
        if (span is { } it)
            _ends.Enqueue(end, (world.Now + it, _order++));
    }

    private static string Describe(Step step, IReadOnlyList<int> nodes)
    {
        var words = StepReader.Words.First(it => it.Kind == step.Kind).Word;
        var whom = nodes.Count switch
        {
            0 => "",
            <= MostNamed => " " + string.Join(", ", nodes.Select(node => $"node{node}")),
            _ => string.Create(CultureInfo.InvariantCulture, $" {nodes.Count} nodes"),
        };
        return words + whom;
    }
}

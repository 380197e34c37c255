using Crux.Simulator.Scenarios.Reading;

namespace Crux.Simulator.Scenarios;

/// <summary>Reads one step. Each kind has its own keys; another kind's are errors.</summary>
internal static class StepReader
{
    /// <summary>Kinds as files spell them.</summary>
    public static readonly IReadOnlyList<(string Word, StepKind Kind)> Words =
        [.. Enum.GetValues<StepKind>().Select(kind => (char.ToLowerInvariant(kind.ToString()[0]) + kind.ToString()[1..], kind))];

    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Tick = TimeSpan.FromMilliseconds(1);

    public static Step Read(Section section, NetworkConditions network, IReadOnlyList<RackPlan> racks, IReadOnlyList<FlockPlan> flocks)
    {
        string[] words = [.. Words.Select(it => it.Word)];
        var word = section.Choice("do", "wait", words);
        var kind = Words.First(it => it.Word == word).Kind;
        var step = new Step(kind, section.Line)
        {
            At = section.OptionalSpan("at", TimeSpan.Zero, Day),
            After = section.Span("after", TimeSpan.Zero, TimeSpan.Zero, Day),
        };
        if (step.At is not null && section.Has("after"))
            throw section.Problem("at", "A step has 'at' or 'after', not both.");
        step = ReadMore(section, step, network);
        if (TakesNodes(kind))
            step = step with { Nodes = NodePickReader.Read(section, "nodes", StandardNodes(kind), racks, flocks) };
        section.End();
        return step;
    }

    private static bool TakesNodes(StepKind kind) => kind is not (StepKind.Wait or StepKind.Await or StepKind.Heal or StepKind.Network or StepKind.CrossWire);

    private static NodePick StandardNodes(StepKind kind) => kind switch
    {
        StepKind.PowerOn => new NodePick(NodePickKind.Down),
        StepKind.ClockRate => NodePick.All,
        _ => new NodePick(NodePickKind.Some, 1),
    };

    private static Step ReadMore(Section section, Step step, NetworkConditions network) => step.Kind switch
    {
        StepKind.Await => ReadAwait(section, step),
        StepKind.PowerOn => step with { Over = section.Span("over", TimeSpan.Zero, TimeSpan.Zero, Day) },
        StepKind.Pause => step with { For = section.Span("for", TimeSpan.FromSeconds(20), Tick, Day) },
        StepKind.Loss => step with
        {
            Inbound = section.Number("inbound", 0, 0, 1),
            Outbound = section.Number("outbound", 0, 0, 1),
            For = section.OptionalSpan("for", Tick, Day),
        },
        StepKind.FlipFlop => step with { Period = section.Span("period", TimeSpan.FromSeconds(20), Tick, Day), For = section.OptionalSpan("for", Tick, Day) },
        StepKind.ClockRate => step with { Ppm = section.Whole("ppm", 500, 0, 10_000) },
        StepKind.Network => step with { Network = NetworkReader.Read(section.Object("network"), network) },
        StepKind.ReuseAddress or StepKind.Move => step with { Over = section.Span("over", TimeSpan.Zero, TimeSpan.Zero, Day) },
        StepKind.Flood => step with
        {
            PerSecond = section.Number("perSecond", 50_000, 0.1, 1_000_000),
            For = section.Span("for", TimeSpan.FromSeconds(10), Tick, Day),
            Bytes = section.Whole("bytes", 200, 1, IConfab.MaxDatagramBytes),
            Forged = section.Flag("forged", false),
        },
        _ => step,
    };

    private static Step ReadAwait(Section section, Step step)
    {
        var goal = section.Choice("what", "rest", "rest", "fullView", "names", "leader", "fencedLeader", "alarmed", "newKeys");
        return step with
        {
            Goal = goal switch { "fullView" => Goal.FullView, "names" => Goal.Names, "leader" => Goal.Leader, "fencedLeader" => Goal.FencedLeader, "alarmed" => Goal.Alarmed, "newKeys" => Goal.NewKeys, _ => Goal.Rest },
            Within = section.Span("within", TimeSpan.FromSeconds(60), Tick, Day),
            Name = section.Text("as", goal, 64),
        };
    }
}

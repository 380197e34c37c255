using System.Globalization;
using System.Text.Json;
using Crux.Simulator.Scenarios.Reading;

namespace Crux.Simulator.Scenarios;

/// <summary>Reads which nodes a step is about.</summary>
internal static class NodePickReader
{
    private const string InWords = "a number of running nodes (10), a part of them (\"5%\"), \"leader\", \"voters\", \"all\", \"down\", \"same\", \"first:100\", \"rack:NAME\", \"flock:NAME\" or a list of numbers ([0, 7])";

    public static NodePick Read(Section section, string key, NodePick standard, IReadOnlyList<RackPlan> racks, IReadOnlyList<FlockPlan> flocks)
    {
        if (section.Part(key, "nodes; see below") is not { } part)
            return standard;
        var pick = part.Kind switch
        {
            JsonTokenType.Number when TryCount(part.Text, out var count) => new NodePick(NodePickKind.Some, count),
            JsonTokenType.StartArray => Numbers(part),
            JsonTokenType.String => OfText(part.Text),
            _ => null,
        };
        if (pick is null)
            throw section.Problem(part.Line, $"'{key}' is {part.Describe()}; it may be {InWords}.");
        if (pick.Kind == NodePickKind.Rack && racks.All(rack => rack.Name != pick.Name))
            throw section.Problem(part.Line, $"There is no rack '{pick.Name}'. Racks: {string.Join(", ", racks.Select(rack => rack.Name))}.");
        if (pick.Kind == NodePickKind.Flock && flocks.All(flock => flock.Name != pick.Name))
            throw section.Problem(part.Line, $"There is no flock '{pick.Name}'. Flocks: {string.Join(", ", flocks.Select(flock => flock.Name))}.");
        return pick;
    }

    private static NodePick? Numbers(JsonPart part)
    {
        var numbers = new List<int>();
        foreach (var item in part.Items)
        {
            if (item.Kind != JsonTokenType.Number || !TryCount(item.Text, out var number))
                return null;
            numbers.Add(number);
        }
        return numbers.Count > 0 ? new NodePick(NodePickKind.Numbers, Numbers: numbers) : null;
    }

    private static NodePick? OfText(string text)
    {
        switch (text)
        {
            case "leader":
                return new NodePick(NodePickKind.Leader);
            case "voters":
                return new NodePick(NodePickKind.Voters);
            case "all":
                return NodePick.All;
            case "down":
                return new NodePick(NodePickKind.Down);
            case "same":
                return new NodePick(NodePickKind.Same);
        }
        if (text.EndsWith('%') && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100)
            return new NodePick(NodePickKind.Percent, percent);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = text[(colon + 1)..];
        return (colon < 0 ? "" : text[..colon]) switch
        {
            "rack" when name.Length > 0 => new NodePick(NodePickKind.Rack, Name: name),
            "flock" when name.Length > 0 => new NodePick(NodePickKind.Flock, Name: name),
            "first" when TryCount(name, out var count) => new NodePick(NodePickKind.First, count),
            _ => null,
        };
    }

    private static bool TryCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count <= ScenarioReader.MaxNodes;
}

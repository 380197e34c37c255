namespace Crux.Simulator.Scenarios;

/// <summary>Which nodes a step is about.</summary>
/// <param name="Kind">How they are chosen.</param>
/// <param name="Count">How many, or a part of 100 for <see cref="NodePickKind.Percent"/>.</param>
/// <param name="Name">The rack or flock.</param>
/// <param name="Numbers">The very nodes.</param>
public sealed record NodePick(NodePickKind Kind, double Count = 0, string Name = "", IReadOnlyList<int>? Numbers = null)
{
    /// <summary>Every node.</summary>
    public static NodePick All { get; } = new(NodePickKind.All);
}

namespace Crux.Simulator.Anchors;

/// <summary>A probe under way; a node runs one at a time.</summary>
internal sealed class Probe
{
    public required int Subject { get; init; }

    public required int Sequence { get; init; }

    public required int Incarnation { get; init; }

    public required long EndsAt { get; init; }

    public int ExpectedNacks { get; set; }

    public int Nacks { get; set; }

    public bool AnsweredOverTcp { get; set; }
}

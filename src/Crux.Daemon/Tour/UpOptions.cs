namespace Crux.Daemon.Tour;

/// <summary>What the user asked of <c>fulcrum up</c>.</summary>
internal sealed record UpOptions(int Nodes, bool Keep, bool Json)
{
    public const int FewestNodes = 1;
    public const int MostNodes = 50;

    /// <summary>With fewer nodes nobody is left over to lose.</summary>
    public const int FewestForLosingTheLeader = 3;

    /// <summary>On how many nodes the first version of the service runs.</summary>
    public int FirstVersionPoints => Math.Min(3, Nodes);

    public bool LosesLeader => Nodes >= FewestForLosingTheLeader;
}

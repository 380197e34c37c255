namespace Crux.Machines.Health;

/// <summary>What somebody wants to know of the past.</summary>
/// <param name="Level">What each line is to be about.</param>
/// <param name="Api">Only this api; empty: all.</param>
/// <param name="Version">Only this version of it; empty: all.</param>
/// <param name="Node">Only this node, by id or name; empty: all.</param>
/// <param name="FromUnixMs">Where the window begins.</param>
/// <param name="UntilUnixMs">Where it ends: now.</param>
/// <param name="Pieces">In how many signs the window is drawn.</param>
public sealed record HealthQuestion(HealthLevel Level, string Api, string Version, string Node, long FromUnixMs, long UntilUnixMs, int Pieces)
{
    /// <summary>The most signs in a line.</summary>
    public const int MaxPieces = 512;

    internal bool Fits(HealthSeries series) =>
        (Api.Length == 0 || series.Subject.Instance.Api == Api)
        && (Version.Length == 0 || InstanceName.CompareVersions(series.Subject.Instance.Version, Version) == 0)
        && (Node.Length == 0 || series.NodeName == Node || series.Subject.Node.ToString() == Node);
}

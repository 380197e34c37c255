namespace Crux.Simulator.Anchors;

/// <summary>What all nodes report at one second.</summary>
/// <param name="Second">Virtual time.</param>
/// <param name="Least">The smallest size that a running node reports.</param>
/// <param name="Median">The one in the middle.</param>
/// <param name="Most">The greatest.</param>
/// <param name="Full">Nodes that see everybody.</param>
public sealed record AnchorMoment(int Second, int Least, int Median, int Most, int Full);

using System.Collections.Immutable;

namespace Crux.Machines.Health;

/// <summary>The history of one service on one node, as it travels to another healthminder.</summary>
/// <param name="Subject">The service and its node.</param>
/// <param name="NodeName">What people call the node.</param>
/// <param name="Points">The points that are there, by instance id.</param>
/// <param name="IsOutOfSight">Whether the node can't be reached.</param>
/// <param name="Rolled">What was before the changes; null where they are all there are.</param>
/// <param name="Changes">The changes, oldest first.</param>
public sealed record HealthHistory(
    HealthSubject Subject, string NodeName, ImmutableArray<KeyValuePair<string, HealthState>> Points, bool IsOutOfSight, RolledHistory? Rolled, ImmutableArray<HealthChange> Changes)
{
    /// <summary>Since when something is known.</summary>
    public long FromUnixMs => Rolled?.FromUnixMs ?? (Changes.IsEmpty ? long.MaxValue : Changes[0].AtUnixMs);
}

namespace Crux.Machines.Health;

/// <summary>What a history is of: one service on one node, whatever processes run it one after the other.</summary>
public sealed record HealthSubject(InstanceName Instance, NodeId Node) : IComparable<HealthSubject>
{
    /// <inheritdoc/>
    public int CompareTo(HealthSubject? other)
    {
        if (other is null)
            return 1;
        // By letters, not as versions compare: "1" and "01" are two instances.
        var order = string.CompareOrdinal(Instance.Api, other.Instance.Api);
        if (order == 0)
            order = string.CompareOrdinal(Instance.Version, other.Instance.Version);
        return order != 0 ? order : Node.CompareTo(other.Node);
    }
}

namespace Crux.Machines.Registry;

/// <summary>Names an entry within a group: a point's id is unique on its node.</summary>
public readonly record struct EntryKey(NodeId Node, string InstanceId) : IComparable<EntryKey>
{
    /// <inheritdoc/>
    public int CompareTo(EntryKey other)
    {
        var order = Node.CompareTo(other.Node);
        return order != 0 ? order : string.CompareOrdinal(InstanceId, other.InstanceId);
    }
}

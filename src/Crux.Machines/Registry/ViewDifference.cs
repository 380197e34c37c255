namespace Crux.Machines.Registry;

/// <summary>What a newer view means for the entries that are known.</summary>
/// <param name="Left">Nodes that are in the view no more.</param>
/// <param name="Moved">Nodes that came in, or that are reached or ranked otherwise than before.</param>
internal sealed record ViewDifference(IReadOnlySet<NodeId> Left, IReadOnlySet<NodeId> Moved)
{
    public static ViewDifference Between(GroupSnapshot before, GroupSnapshot after)
    {
        HashSet<NodeId> left = [], moved = [];
        var (i, j) = (0, 0);
        while (i < before.Members.Length || j < after.Members.Length)
        {
            var order = i == before.Members.Length ? 1 : j == after.Members.Length ? -1 : before.Members[i].Id.CompareTo(after.Members[j].Id);
            if (order < 0)
                left.Add(before.Members[i++].Id);
            else if (order > 0)
                moved.Add(after.Members[j++].Id);
            else if (before.Members[i++] is var was && after.Members[j++] is var now && (was.Status != now.Status || was.Rack != now.Rack))
                moved.Add(now.Id);
        }
        return new(left, moved);
    }
}

namespace Crux.Machines.Registry;

/// <summary>The node that a machine runs on, as its group knows it now.</summary>
/// <param name="Id">Who it is.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Address">Where its daemon listens.</param>
/// <param name="Incarnation">Which life of its address slot this is.</param>
/// <param name="Rack">Its rack; empty where nobody said.</param>
/// <param name="Group">The flock's own group.</param>
/// <param name="FlockId"><c>bloc/name</c>.</param>
public sealed record LocalNode(NodeId Id, string Name, NetAddress Address, uint Incarnation, string Rack, string Group, string FlockId)
{
    /// <summary>This node as <paramref name="view"/> shows it, or null where the view doesn't hold it.</summary>
    public static LocalNode? From(GroupSnapshot view, string flockId) =>
        view.Find(view.Self) is { } self
            ? new LocalNode(self.Id, self.Name, self.Address, self.Incarnation, self.Rack, view.Group, flockId)
            : null;
}

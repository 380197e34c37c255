namespace Crux.Machines.Flock.Events;

/// <summary>Two members say the same name.</summary>
public sealed record NameTaken(string Name, NodeId Holder, NodeId Renamed, string NewName) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"Two nodes are called {Name}: {Renamed.Brief} is listed as {NewName}, {Holder.Brief} keeps the name. Give one of them another name.";
}

using Crux.Machines.Flock.Authority;

namespace Crux.Machines.Flock.Events;

/// <summary>This node has taken an order of the operator, and done what it says of it.</summary>
public sealed record OrderTaken(OperatorOrder Order) : FlockEvent
{
    /// <inheritdoc/>
    public override string Text => $"The operator's order {Order.Sequence}, {Order.Kind}, was taken.";
}

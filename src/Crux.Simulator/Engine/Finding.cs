namespace Crux.Simulator.Engine;

/// <summary>Something for all nodes' checkers to look at, or for a witness to hear: told in the order of the history, when a window is over.</summary>
/// <param name="At">Virtual time.</param>
/// <param name="Order">Of the event in which it came up.</param>
/// <param name="Step">Tells apart what came up in one event.</param>
/// <param name="Tell">Tells it.</param>
internal readonly record struct Finding(long At, ulong Order, int Step, Action Tell) : IComparable<Finding>
{
    public int CompareTo(Finding other) =>
        At != other.At ? At.CompareTo(other.At) : Order != other.Order ? Order.CompareTo(other.Order) : Step.CompareTo(other.Step);
}

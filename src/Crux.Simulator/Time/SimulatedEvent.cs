namespace Crux.Simulator.Time;

/// <summary>Something that will happen. Equal times are told apart by the order in which the events were thought of.</summary>
/// <param name="At">Virtual time.</param>
/// <param name="Order">Grows with each event of a history.</param>
/// <param name="Node">Whom it happens to.</param>
/// <param name="From">An arrival's sender.</param>
/// <param name="Payload">An arrival's place in the <see cref="PayloadPool"/>.</param>
/// <param name="Kind">What happens.</param>
internal readonly record struct SimulatedEvent(long At, ulong Order, int Node, int From, int Payload, SimulatedEventKind Kind)
{
    public bool IsBefore(in SimulatedEvent other) => At != other.At ? At < other.At : Order < other.Order;
}

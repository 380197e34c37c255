namespace Crux.Simulator.Time;

/// <summary>
/// Something that will happen. Equal times are told apart by who thought of the event, and then by the order in which that one thought
/// of its events: nothing that hangs on which thread was faster.
/// </summary>
/// <param name="At">Virtual time.</param>
/// <param name="Order">Who thought of it, and as its how manieth; see <see cref="OrderOf"/>.</param>
/// <param name="Node">Whom it happens to.</param>
/// <param name="From">An arrival's sender.</param>
/// <param name="Payload">An arrival's place in the <see cref="PayloadPool"/>.</param>
/// <param name="Kind">What happens.</param>
internal readonly record struct SimulatedEvent(long At, ulong Order, int Node, int From, int Payload, SimulatedEventKind Kind)
{
    /// <summary>So many events can one node think of.</summary>
    private const int CountBits = 44;

    /// <summary>The order of a node's event, or of the world's own where <paramref name="source"/> is -1.</summary>
    public static ulong OrderOf(int source, ulong count) => ((ulong)(source + 1) << CountBits) | count;

    public bool IsBefore(in SimulatedEvent other) => At != other.At ? At < other.At : Order < other.Order;
}

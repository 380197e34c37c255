namespace Crux.Machines.Flock.Authority;

/// <summary>The root key's orders about operators. What they say the book itself goes by.</summary>
internal sealed class RosterOrders
{
    private readonly FlockState _state;

    public RosterOrders(FlockState state, OrderBook book)
    {
        _state = state;
        book.Serve(OrderKind.Operators, new OrderDuty(CheckRoster, _ => { }));
        book.Serve(OrderKind.Uphold, new OrderDuty(order => order.Payload.IsEmpty ? "The order upholds no other. Give the command again." : null, _ => { }));
    }

    // Sealing takes away the orders from before it: operators would be gone with them, and nobody would have said so.
    private string? CheckRoster(OperatorOrder order) => _state.Uuid == 0
        ? "The flock is not sealed, and operators are for one flock for good. Seal it first: 'crux flock seal --expect N --operator-key FILE'."
        : OperatorRoster.TryRead(order.Payload.Span, out _) ? null : "The order names no operators. Give the command again.";
}

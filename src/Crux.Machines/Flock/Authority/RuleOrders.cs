using Crux.Machines.Trust;

namespace Crux.Machines.Flock.Authority;

/// <summary>The operator's orders about who may call whom. The flock only spreads them; <see cref="TrustMachine"/> does what they say.</summary>
internal sealed class RuleOrders
{
    private readonly FlockState _state;

    public RuleOrders(FlockState state, OrderBook book)
    {
        _state = state;
        book.Serve(OrderKind.Rules, new OrderDuty(Check, _ => { }));
    }

    // A flock that is not sealed may turn into another one's part at any moment, and rules must not depend on which came first.
    private string? Check(OperatorOrder order) => _state.Uuid == 0
        ? "The flock is not sealed, and rules are for one flock for good. Seal it first: 'crux flock seal --expect N --operator-key FILE'."
        : RuleOrder.TryRead(order.Payload.Span, out _) ? null : "The order says nothing of rules. Give the command again.";
}

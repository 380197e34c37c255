using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;

namespace Crux.Simulator;

/// <content>What the operator of a flock orders at one of its nodes.</content>
public sealed partial class FlockSimulation
{
    /// <summary>Gives a running node an operator's order.</summary>
    /// <returns>Why it was not taken; null where it was.</returns>
    public string? Order(int node, OrderKind kind, ReadOnlySpan<byte> payload, INodeSigner operatorKey)
    {
        var (host, problem) = (_nodes[node], (string?)null);
        var authority = host.Machine!.Authority;
        var order = OperatorOrder.Sign(
            kind, authority, new UInt128(_random.NextUInt64(), _random.NextUInt64()), authority.HighestSequence + 1, payload, operatorKey);
        At(host).Step(host, (machine, now, outbox) => problem = machine.PlaceOrder(now, order.Raw.Span, outbox));
        At(host).TickWhileDue(host);
        return problem;
    }

    /// <summary>What an order to refound would say at a running node; else why none is needed.</summary>
    public (RefoundTerms? Terms, string? Problem) PlanRefounding(int node) => _nodes[node].Machine!.PlanRefounding(_nodes[node].ClockAt(_now));
}

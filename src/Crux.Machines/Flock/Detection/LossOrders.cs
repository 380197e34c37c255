using Crux.Machines.Flock.Authority;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// The operator's word that members beyond a partition will not come back. The order names a witness, the node that it was given to,
/// and those who are lost; nobody but the witness: all that are unreachable.
/// </summary>
internal sealed class LossOrders
{
    private readonly FlockState _state;
    private readonly Jury _jury;

    public LossOrders(FlockState state, Jury jury, OrderBook book)
    {
        (_state, _jury) = (state, jury);
        book.Serve(OrderKind.AcceptLoss, new OrderDuty(Check, Apply));
    }

    private string? Check(OperatorOrder order) => OrderNodes.Read(order.Payload.Span) switch
    {
        [] => "The order names no witness. Give the command again.",
        _ when _state.View.ReachableCount == _state.View.LiveCount => "No member is unreachable, so there is no loss to accept. See 'crux members'.",
        _ => null,
    };

    // Who can't reach the witness stands on the other side: there those are lost who here accept it.
    private void Apply(OperatorOrder order)
    {
        var nodes = OrderNodes.Read(order.Payload.Span);
        if (nodes.Count > 0 && (nodes[0] == _state.Id || IsReachable(nodes[0])))
            _jury.AcceptLoss(nodes.Count == 1 ? null : [.. nodes.Skip(1)]);
    }

    private bool IsReachable(NodeId id)
    {
        foreach (var block in _state.View.Blocks)
        {
            for (var slot = block.Reachable.Next(0); slot >= 0; slot = block.Reachable.Next(slot + 1))
            {
                if (block.BlobAt(slot)?.Id == id)
                    return true;
            }
        }
        // In a large flock not everybody's blob is here: who is not named as lost, and is not known, is taken to be near.
        return _state.View.IdentifiedCount < _state.View.LiveCount;
    }
}

using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// The operator's orders that this node has seen, each of which is done once. The newest are kept; anything older than what was
/// forgotten is refused, so that an order recorded long ago can't be told again.
/// </summary>
internal sealed class OrderBook
{
    /// <summary>Orders remembered. An operator gives a few a day; the oldest goes first.</summary>
    public const int MaxOrders = 64;

    /// <summary>
    /// Orders about rules among them. These may come often and only the last one counts, so they push out each other, and no order of
    /// another kind that somebody has yet to hear of.
    /// </summary>
    public const int MaxRuleOrders = 16;

    private readonly FlockState _state;
    private readonly List<OperatorOrder> _orders = [];
    private readonly SortedDictionary<OrderKind, OrderDuty> _duties = [];
    private ulong _floor;

    /// <summary>A book as the disk has it: what is in there was done before.</summary>
    public OrderBook(FlockState state)
    {
        _state = state;
        if (state.Memory.Of(DurableKind.Orders) is not { } kept)
            return;
        var reader = new WireReader(kept.Span);
        _floor = reader.UInt64();
        while (!reader.AtEnd && !reader.Failed && OperatorOrder.TryRead(reader.Take(reader.UInt16()), out var order))
            _orders.Add(order);
        if (reader.Failed || !reader.AtEnd || _orders.Count > MaxOrders)
            throw new FlockMemoryException(DurableKind.Orders, "The operator's orders on disk are of another version of fulcrum. Start the version that wrote them.");
        Recount();
    }

    /// <summary>The orders remembered, oldest first.</summary>
    public IReadOnlyList<OperatorOrder> Orders => _orders;

    /// <summary>Orders up to this sequence are too old.</summary>
    public ulong Floor => _floor;

    public ulong HighestSequence => _orders.Count == 0 ? _floor : Math.Max(_floor, _orders[^1].Sequence);

    /// <summary>Differs between books that hold different orders; 0 for an empty one.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Grows with every order taken.</summary>
    public ulong Version { get; private set; }

    /// <summary>Says who does orders of a kind. One each.</summary>
    public void Serve(OrderKind kind, OrderDuty duty) => _duties.Add(kind, duty);

    /// <summary>The newest order of a kind; null where there is none.</summary>
    public OperatorOrder? Latest(OrderKind kind) => _orders.FindLast(order => order.Kind == kind);

    /// <summary>Takes an order from the operator of this very machine.</summary>
    /// <returns>Why not, and what to do; null where it is taken, now or earlier.</returns>
    public string? Place(OperatorOrder order)
    {
        if (_state.OperatorKey.IsEmpty)
            return "This node's flock file names no operator, so it takes no orders. Copy the flock file that 'crux secret new' made.";
        if (!IsForUs(order))
            return $"The order is for {order.Bloc}/{order.Flock}{(order.Lineage == 0 ? "" : $" ({order.Lineage:x32})")}, and this node is of another flock. Run the command on a node of that flock.";
        if (order.IsSignedRight(_state) != true)
            return "The order is not signed by this flock's operator. Use the NAME.operator file that 'crux secret new' made together with this flock's NAME.flock.";
        if (Find(order.Id) is not null)
            return null;
        if (IsTooOld(order))
            return "The order is older than what this node remembers, and may have been carried out before. Give the command again.";
        if (!_duties.TryGetValue(order.Kind, out var duty))
            return "This node's fulcrum does not know such orders: it is of another version than crux. Compare 'crux --version' with 'fulcrum --version'.";
        if (duty.Check(order) is { } problem)
            return problem;
        Take(order);
        return null;
    }

    /// <summary>Takes an order that another member passed on; true where it was news.</summary>
    public bool Learn(OperatorOrder order)
    {
        // Cheap things first: a signature costs a hundred times what anything else does.
        if (_state.OperatorKey.IsEmpty || !IsForUs(order) || IsTooOld(order) || Find(order.Id) is not null || order.IsSignedRight(_state) != true)
            return false;
        Take(order);
        return true;
    }

    public OperatorOrder? Find(UInt128 id) => _orders.Find(order => order.Id == id);

    /// <summary>Forgets the orders that were for another flock than the one this has become: nobody takes them any more.</summary>
    public void Keep(UInt128 uuid)
    {
        _orders.RemoveAll(order => order.Lineage != uuid);
        Recount();
        Save();
    }

    private bool IsForUs(OperatorOrder order) => order.Flock == _state.Flock && order.Bloc == _state.Bloc && order.Lineage == _state.Uuid;

    private void Take(OperatorOrder order)
    {
        Put(order);
        Version++;
        if (_duties.TryGetValue(order.Kind, out var duty))
            duty.Apply(order);
        _state.Raise(new OrderTaken(order));
    }

    private bool IsTooOld(OperatorOrder order) =>
        order.Sequence <= _floor || (order.Kind == OrderKind.Rules && RuleOrderCount() == MaxRuleOrders && order.Sequence <= OldestRuleOrder()!.Sequence);

    private OperatorOrder? OldestRuleOrder() => _orders.Find(kept => kept.Kind == OrderKind.Rules);

    private int RuleOrderCount()
    {
        var count = 0;
        foreach (var kept in _orders)
            count += kept.Kind == OrderKind.Rules ? 1 : 0;
        return count;
    }

    private void Put(OperatorOrder order)
    {
        var place = _orders.BinarySearch(order, Comparer<OperatorOrder>.Create(OperatorOrder.Compare));
        _orders.Insert(place < 0 ? ~place : place, order);
        if (RuleOrderCount() > MaxRuleOrders)
            _orders.Remove(OldestRuleOrder()!);
        if (_orders.Count > MaxOrders)
        {
            _floor = _orders[0].Sequence;
            _orders.RemoveAt(0);
        }
        Recount();
        Save();
    }

    // Nobody waits for it: an order that a crash takes from this disk comes back from any other member, and is then done again.
    private void Save()
    {
        var writer = new WireWriter(new byte[sizeof(ulong) + (MaxOrders * (2 + OperatorOrder.MaxBytes))]);
        writer.UInt64(_floor);
        foreach (var order in _orders)
        {
            writer.UInt16((ushort)order.Raw.Length);
            writer.Bytes(order.Raw.Span);
        }
        _state.Durable.Put(DurableKind.Orders, writer.Written);
    }

    private void Recount()
    {
        Digest = 0;
        foreach (var kept in _orders)
            Digest += NameOf(kept);
    }

    /// <summary>Eight bytes that stand for an order where two books are compared.</summary>
    public static ulong NameOf(OperatorOrder order) => Mix.Two((ulong)(order.Id >> 64), (ulong)order.Id);
}

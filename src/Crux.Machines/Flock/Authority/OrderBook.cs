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
    /// <summary>Orders remembered, those aside that have limits of their own. An operator gives a few a day; the oldest goes first.</summary>
    public const int MaxOrders = 64;

    /// <summary>
    /// Orders about rules. These may come often and only the last one counts, so they push out each other, and no order of
    /// another kind that somebody has yet to hear of; nor does any other push out the last of them.
    /// </summary>
    public const int MaxRuleOrders = 16;

    /// <summary>Orders to revoke, of up to 40 nodes each: a newcomer that has not heard of one would give that node keys.</summary>
    public const int MaxRevocations = 16;

    /// <summary>Orders by which those of former operators stand.</summary>
    public const int MaxUpholds = 4;

    /// <summary>All of them, with the one roster of operators, the one refounding and the one way of admission that hold.</summary>
    public const int MaxHeld = MaxOrders + MaxRuleOrders + MaxRevocations + MaxUpholds + 3;

    /// <summary>
    /// How far above the highest number so far a further operator may number an order: 557 years of milliseconds. One that is to be turned
    /// against the flock could else use up all numbers, and nobody could order anything after it.
    /// </summary>
    public const ulong MaxLeap = 1UL << 44;

    private readonly FlockState _state;
    private readonly List<OperatorOrder> _orders = [];
    private readonly SortedDictionary<OrderKind, OrderDuty> _duties = [];
    private readonly HashSet<UInt128> _upheld = [];
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
        if (reader.Failed || !reader.AtEnd || _orders.Count > MaxHeld)
            throw new FlockMemoryException(DurableKind.Orders, "The operator's orders on disk are of another version of fulcrum. Start the version that wrote them.");
        Recount();
    }

    /// <summary>The orders remembered, oldest first.</summary>
    public IReadOnlyList<OperatorOrder> Orders => _orders;

    /// <summary>Who may give orders beside the root key.</summary>
    public OperatorRoster Roster { get; private set; } = OperatorRoster.Empty;

    /// <summary>Orders up to this sequence are too old, where their kind has no limit of its own.</summary>
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
        if (Roster.RoleOf(order) == OperatorRole.None || order.IsSignedRight(_state) != true)
            return "The order is not signed by this flock's operator, nor by one that 'crux operator list' shows. Use the NAME.operator file that 'crux secret new' made together with this flock's NAME.flock.";
        if (!IsByRight(order))
            return $"Operator '{Roster.Find(OperatorRoster.KeyOf(order.SignerKey.Span))!.Name}' has the role {Word(Roster.RoleOf(order))}, and this takes {Word(OperatorRoster.RoleFor(order.Kind))}. Ask who has that; see 'crux operator list'.";
        if (Find(order.Id) is not null)
            return null;
        if (LeapsTooFar(order))
            return "The order's number is centuries ahead of the last one. Set this machine's clock, and give the command again.";
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
        if (_state.OperatorKey.IsEmpty || !IsForUs(order) || !IsByRight(order) || IsTooOld(order) || LeapsTooFar(order) || Find(order.Id) is not null || order.IsSignedRight(_state) != true)
            return false;
        Take(order);
        return true;
    }

    public OperatorOrder? Find(UInt128 id) => _orders.Find(order => order.Id == id);

    /// <summary>Whether who claims to have signed an order may give it, or the root key lets it stand.</summary>
    public bool IsByRight(OperatorOrder order) => Roster.RoleOf(order) >= OperatorRoster.RoleFor(order.Kind) || _upheld.Contains(order.Digest);

    /// <summary>Whether an order may be news to a member whose floor this is.</summary>
    public static bool MayBeNews(OperatorOrder order, ulong floor) => OwnLimit(order.Kind) is not null || order.Sequence > floor;

    /// <summary>Forgets the orders that were for another flock than the one this has become: nobody takes them any more.</summary>
    public void Keep(UInt128 uuid)
    {
        _orders.RemoveAll(order => !IsFor(order, uuid));
        Recount();
        Save();
    }

    private bool IsForUs(OperatorOrder order) => order.Flock == _state.Flock && order.Bloc == _state.Bloc && IsFor(order, _state.Uuid);

    // A refounding names its lineage in what it says. Given before that lineage was sealed, it binds the former voters afterwards as well:
    // they may have been away all the while, and a majority of them would elect.
    private static bool IsFor(OperatorOrder order, UInt128 uuid) => order.Lineage == uuid
        || (order is { Kind: OrderKind.Refound, Lineage: var none } && none == 0 && RefoundTerms.TryRead(order.Payload.Span)?.Lineage == uuid);

    private void Take(OperatorOrder order)
    {
        Put(order);
        Version++;
        if (_duties.TryGetValue(order.Kind, out var duty))
            duty.Apply(order);
        _state.Raise(new OrderTaken(order));
    }

    // Kinds whose older orders are undone by newer ones, or have to reach whoever comes years later.
    private static int? OwnLimit(OrderKind kind) => kind switch
    {
        OrderKind.Operators => 1,
        OrderKind.Refound => 1,
        OrderKind.Admission => 1,
        OrderKind.Rules => MaxRuleOrders,
        OrderKind.Revoke => MaxRevocations,
        OrderKind.Uphold => MaxUpholds,
        _ => null,
    };

    private bool IsTooOld(OperatorOrder order) => OwnLimit(order.Kind) is { } limit
        ? CountOf(order.Kind) == limit && OperatorOrder.Compare(order, _orders.Find(kept => kept.Kind == order.Kind)!) <= 0
        : order.Sequence <= _floor;

    private bool LeapsTooFar(OperatorOrder order) => !order.SignerKey.IsEmpty && order.Sequence > HighestSequence && order.Sequence - HighestSequence > MaxLeap;

    private int CountOf(OrderKind kind)
    {
        var count = 0;
        foreach (var kept in _orders)
            count += kept.Kind == kind ? 1 : 0;
        return count;
    }

    private int CountOfOthers()
    {
        var count = 0;
        foreach (var kept in _orders)
            count += OwnLimit(kept.Kind) is null ? 1 : 0;
        return count;
    }

    private void Put(OperatorOrder order)
    {
        var place = _orders.BinarySearch(order, Comparer<OperatorOrder>.Create(OperatorOrder.Compare));
        _orders.Insert(place < 0 ? ~place : place, order);
        if (OwnLimit(order.Kind) is { } limit)
        {
            if (CountOf(order.Kind) > limit)
                _orders.Remove(_orders.Find(kept => kept.Kind == order.Kind)!);
        }
        else if (CountOfOthers() > MaxOrders)
        {
            var oldest = _orders.Find(kept => OwnLimit(kept.Kind) is null)!;
            _floor = oldest.Sequence;
            _orders.Remove(oldest);
        }
        Recount();
        Save();
    }

    // Nobody waits for it: an order that a crash takes from this disk comes back from any other member, and is then done again.
    private void Save()
    {
        var writer = new WireWriter(new byte[sizeof(ulong) + (MaxHeld * (2 + OperatorOrder.MaxBytes))]);
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
        Roster = OperatorRoster.Empty;
        _upheld.Clear();
        foreach (var kept in _orders)
        {
            Digest += NameOf(kept);
            if (kept.Kind == OrderKind.Operators && OperatorRoster.TryRead(kept.Payload.Span, out var roster))
                Roster = roster;
            if (kept.Kind == OrderKind.Uphold)
                _upheld.UnionWith(UpheldOrders.Read(kept.Payload.Span));
        }
    }

    private static string Word(OperatorRole role) => role == OperatorRole.Root ? "the root key" : $"'{role.ToString().ToLowerInvariant()}'";

    /// <summary>Eight bytes that stand for an order where two books are compared.</summary>
    public static ulong NameOf(OperatorOrder order) => Mix.Two((ulong)(order.Id >> 64), (ulong)order.Id);
}

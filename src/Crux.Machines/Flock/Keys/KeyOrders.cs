using Crux.Machines.Flock.Authority;

namespace Crux.Machines.Flock.Keys;

/// <summary>What the operator orders about keys and admission.</summary>
internal sealed class KeyOrders
{
    private readonly FlockState _state;
    private readonly OrderBook _book;
    private readonly Action<NetAddress> _hello;

    /// <param name="state">The machine's.</param>
    /// <param name="book">Where orders come from.</param>
    /// <param name="hello">Asks the node at an address to introduce itself: one that was approved should not have to find out.</param>
    public KeyOrders(FlockState state, OrderBook book, Action<NetAddress> hello)
    {
        (_state, _book, _hello) = (state, book, hello);
        book.Serve(OrderKind.RotateKeys, new OrderDuty(order => NeedsLeader() ?? NeedsIds(order, least: 0), _ => { }));
        book.Serve(OrderKind.Exclude, new OrderDuty(order => NeedsIds(order, least: 1), _ => { }));
        book.Serve(OrderKind.ReplaceSecret, new OrderDuty(CheckSecret, order => Offer(order)));
        book.Serve(OrderKind.Admission, new OrderDuty(order => order.Payload.Length == 1 ? null : "The order names no way of admission. Give the command again.", SetMode));
        book.Serve(OrderKind.Approve, new OrderDuty(CheckAdmission, Approve));
        book.Serve(OrderKind.Deny, new OrderDuty(CheckAdmission, order => ShutOut(order, MaySayWhomToTrust(order))));
        book.Serve(OrderKind.Revoke, new OrderDuty(order => NeedsIds(order, least: 1), order => ShutOut(order, isFirm: true)));
    }

    /// <summary>The join key that is to replace the flock file's with the next generation; null where none is.</summary>
    public byte[]? OfferedJoinKey { get; private set; }

    /// <summary>Grows with every order.</summary>
    public ulong Version => _book.Version;

    /// <summary>The sequence of the last order that asks for a new generation; 0 for none.</summary>
    public ulong LastAsking()
    {
        var last = 0ul;
        foreach (var order in _book.Orders)
        {
            if (order.Kind is OrderKind.RotateKeys or OrderKind.ReplaceSecret or OrderKind.Revoke)
                last = Math.Max(last, order.Sequence);
        }
        return last;
    }

    /// <summary>Whether this node knows the order that a notice answers. Until it does, it may not know whom that order shuts out.</summary>
    public bool Knows(ulong sequence)
    {
        if (sequence <= _book.Floor)
            return true;
        foreach (var order in _book.Orders)
        {
            if (order.Sequence == sequence)
                return true;
        }
        return false;
    }

    /// <summary>Whether a rotation need not wait for this member: the operator said so, or shut it out.</summary>
    public bool IsLeftOut(NodeId id)
    {
        if (_state.Admission.IsRevoked(id))
            return true;
        for (var i = _book.Orders.Count - 1; i >= 0; i--)
        {
            var order = _book.Orders[i];
            if (order.Kind is OrderKind.RotateKeys or OrderKind.Exclude && OrderNodes.Read(order.Payload.Span).Contains(id))
                return true;
            // What was said of an earlier rotation counts for that one.
            if (order.Kind == OrderKind.RotateKeys)
                return false;
        }
        return false;
    }

    private static string? NeedsIds(OperatorOrder order, int least) =>
        order.Payload.Length % NodeId.SizeBytes == 0 && order.Payload.Length >= least * NodeId.SizeBytes ? null : "The order names no node. Give the command again.";

    private string? NeedsLeader() => _state.Fence is null || _state.Gate.Ring.Active is null
        ? "There is no fenced leader yet, or the flock's first keys are still on their way: only such a leader makes new ones. See 'crux leader' and 'crux key show'."
        : null;

    private string? CheckSecret(OperatorOrder order) => NeedsLeader() ?? (SecretOffer.Open(_state.Gate.Ring, order.Payload.Span, _state.Ciphers) is null
        ? "The order was made under keys that have been replaced since. Give the command again."
        : null);

    private void Offer(OperatorOrder order) => OfferedJoinKey = SecretOffer.Open(_state.Gate.Ring, order.Payload.Span, _state.Ciphers) ?? OfferedJoinKey;

    private void SetMode(OperatorOrder order)
    {
        var members = new List<NodeId>();
        // Who has just come may have met others that wait as it did: those who were there say who was.
        var wasThere = _state.Admission.IsCurrent || _state.Gate.Ring.Count == 0;
        foreach (var record in _state.View.Live)
        {
            if (wasThere && _state.View.BlobOf(record.Address) is { } blob)
                members.Add(blob.Id);
        }
        _state.Admission.SetMode(order.Payload.Span is [1], order.Sequence, members);
    }

    private string? CheckAdmission(OperatorOrder order)
    {
        if (NeedsIds(order, least: 1) is { } problem)
            return problem;
        foreach (var id in MaySayWhomToTrust(order) ? [] : OrderNodes.Read(order.Payload.Span))
        {
            if (_state.Admission.Find(id) is { IsFirm: true } verdict && verdict.MayJoin != (order.Kind == OrderKind.Approve))
                return $"Whether to trust node {id} was said by an operator who may say so: to change that takes the role 'trust' too. Ask who has it; see 'crux operator list'.";
        }
        return null;
    }

    private bool MaySayWhomToTrust(OperatorOrder order) => _book.Roster.RoleOf(order) >= OperatorRole.Trust;

    // What an operator says who may not say whom to trust undoes no revocation; what one says who may is beyond the others.
    private void Approve(OperatorOrder order)
    {
        var isFirm = MaySayWhomToTrust(order);
        foreach (var id in OrderNodes.Read(order.Payload.Span))
        {
            foreach (var node in _state.Admission.Pending)
            {
                if (node.Id == id)
                    _hello(node.Address);
            }
            _state.Admission.Say(id, order.Sequence, mayJoin: true, isFirm);
        }
    }

    private void ShutOut(OperatorOrder order, bool isFirm)
    {
        foreach (var id in OrderNodes.Read(order.Payload.Span))
            _state.Admission.Say(id, order.Sequence, mayJoin: false, isFirm);
    }
}

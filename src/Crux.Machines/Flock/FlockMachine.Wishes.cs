using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock;

/// <content>What this node's own services and its operator want of it.</content>
public sealed partial class FlockMachine
{
    /// <summary>The attributes of this node, first, and of the members whose came.</summary>
    public IReadOnlyList<NodeAttributes> Attributes => _attributes.Known;

    /// <summary>Sets an attribute of this node, or takes it back where <paramref name="value"/> is null; kept on disk, told to whoever asked lately.</summary>
    /// <returns>What is wrong, and what would be right; null where nothing is.</returns>
    public string? SetAttribute(Instant now, string key, string? value, FlockOutbox outbox)
    {
        Enter(now, outbox);
        var problem = _attributes.Set(key, value);
        Step();
        return problem;
    }

    /// <summary>Asks the members whose attributes are missing or old; call it again until it returns 0, or one has waited long enough.</summary>
    public int WantAttributes(Instant now, FlockOutbox outbox)
    {
        Enter(now, outbox);
        var missing = _attributes.Want();
        Step();
        return missing;
    }

    /// <summary>Has the key and name of everybody fetched, for a minute from now: a large flock's members know few of each other.</summary>
    /// <returns>Of how many they are missing.</returns>
    public int WantEverybody(Instant now, FlockOutbox outbox)
    {
        Enter(now, outbox);
        var missing = _roll.Want();
        Step();
        return missing;
    }

    /// <summary>Has the keys of the members fetched that live at a host, whatever their ports: one of them is about to be spoken to.</summary>
    /// <returns>Of how many they are missing.</returns>
    public int WantHost(Instant now, NetAddress host, FlockOutbox outbox)
    {
        Enter(now, outbox);
        var missing = _blobs.WantHost(host);
        Step();
        return missing;
    }

    /// <summary>Says hello to an address now, whoever may be there; what comes back is read by <see cref="Examine"/> or <see cref="Receive"/>.</summary>
    public void Approach(Instant now, NetAddress to, FlockOutbox outbox)
    {
        if (_hasLeft)
            return;
        Enter(now, outbox);
        _introductions.Hello(to, Reach.Unproven);
        Step();
    }

    /// <summary>Reads what came back from an address to a socket that is not the flock's; nothing of it is taken over.</summary>
    public ProbeAnswer Examine(Instant now, NetAddress from, ReadOnlySpan<byte> datagram) => new(
        _state.Gate.TryOpen(now, from, datagram, out var header, out var payload, out _) && !header.IsBound && payload[0] == (byte)Codec.MessageKind.Challenge,
        _beacons.Read(from, datagram));

    /// <summary>Whom an order has to be for to be taken here.</summary>
    public FlockAuthority Authority => new(_state.Bloc, _state.Flock, _state.Uuid, _orders.HighestSequence, _state.OperatorKey)
    {
        Roster = _orders.Roster,
        OfOthers = [.. _orders.Orders.Where(order => !order.SignerKey.IsEmpty)],
    };

    /// <summary>Takes an operator's order, does it, and tells everybody. One that was taken before is taken again, and nothing happens.</summary>
    /// <returns>Why not, and what to do; null where it is taken.</returns>
    public string? PlaceOrder(Instant now, ReadOnlySpan<byte> order, FlockOutbox outbox)
    {
        if (!OperatorOrder.TryRead(order, out var read))
            return "The order can't be read: it was made by another version of crux. Compare 'crux --version' with 'fulcrum --version'.";
        if (_hasLeft)
            return "This node is stopping. Give the command on another.";
        Enter(now, outbox);
        var version = _orders.Version;
        var problem = _orders.Place(read);
        if (_orders.Version != version)
            _orderExchange.Tell(read);
        Step();
        return problem;
    }

    /// <summary>The flock's keys, and in the next answer how far a rotation has come by then: the leader is asked.</summary>
    public KeyReport AskKeys(Instant now, FlockOutbox outbox)
    {
        if (!_hasLeft)
        {
            Enter(now, outbox);
            _keys.AskProgress();
            Step();
        }
        return _keys.Report;
    }

    /// <summary>What an operator's order to replace the flock's secret has to carry: the new one, so that only members can read it; null while the flock has no keys.</summary>
    public byte[]? OfferSecret(Instant now, ReadOnlySpan<byte> secret)
    {
        _state.Now = Instant.Max(now, _state.Now);
        return _keys.Offer(secret);
    }

    /// <summary>What an order to refound would say if it were given now; else why none is needed.</summary>
    public (RefoundTerms? Terms, string? Problem) PlanRefounding(Instant now)
    {
        _state.Now = Instant.Max(now, _state.Now);
        return _refounding.Plan();
    }

    /// <summary>Gives up all members that are unreachable, without waiting for a majority: whoever says so knows that they will not come back.</summary>
    /// <returns>How many those were.</returns>
    public int AcceptLoss(Instant now, FlockOutbox outbox)
    {
        if (_hasLeft)
            return 0;
        Enter(now, outbox);
        var lost = _jury.AcceptLoss();
        Step();
        return lost;
    }
}

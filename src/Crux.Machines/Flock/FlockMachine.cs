using Crux.Machines.Flock.Attributes;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;
using Crux.Machines.Flock.Scan;

namespace Crux.Machines.Flock;

/// <summary>
/// Every decision of one node's part in the flock: whom to look for, whom to believe, who is gone, who leads. It takes time and
/// bytes as arguments and hands back datagrams and events; the same inputs give the same outputs.
/// </summary>
/// <remarks>One owner calls it. After every call read <see cref="NextDeadline"/> and <see cref="Snapshot"/> again.</remarks>
public sealed partial class FlockMachine : IDisposable
{
    /// <summary>Least time between two <see cref="DatagramRejected"/> events.</summary>
    public static readonly TimeSpan RejectionPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// While members come in by the hundred, who watches whom and who may lead is worked out this often, and not for each datagram that
    /// brought some. The first one counts at once.
    /// </summary>
    public static readonly TimeSpan StirPeriod = TimeSpan.FromMilliseconds(20);

    private readonly FlockState _state;
    private readonly Rumors _rumors;
    private readonly BlobFetch _blobs;
    private readonly BlobRoll _roll;
    private readonly Clones _clones;
    private readonly Census _census;
    private readonly Detector _detector;
    private readonly Jury _jury;
    private readonly Verdicts _verdicts;
    private readonly Leadership _leadership;
    private readonly ElectionDesk _election;
    private readonly Refounding _refounding;
    private readonly Scanner _scanner;
    private readonly ExchangeClock _exchanges;
    private readonly Settlement _settlement;
    private readonly Snapshots _snapshots;
    private readonly Reception _reception;
    private readonly Goodbye _goodbye;
    private readonly OrderBook _orders;
    private readonly OrderExchange _orderExchange;
    private readonly AttributeExchange _attributes;
    private readonly UnreadDatagrams _unread = new();
    private readonly Births _births;
    private readonly Beacons _beacons;
    private readonly ForeignFlocks _foreigners;
    private readonly Introductions _introductions;
    private readonly KeyDesk _keys;
    private readonly Probation _probation;
    private Instant _ranAt;
    private Instant _steppedAt;
    private Instant _rejectionDue;
    private long _rejectedBefore;
    private bool _hasRun;
    private bool _hasLeft;

    /// <summary>Starts at <paramref name="now"/>, alone. Call <see cref="Tick"/> at once: the first deadline is now.</summary>
    /// <param name="self">Who this node is.</param>
    /// <param name="credentials">What lets it ask to join.</param>
    /// <param name="options">The rules in numbers.</param>
    /// <param name="signer">Signs as this node.</param>
    /// <param name="ciphers">Makes ciphers.</param>
    /// <param name="seed">Starts all its randomness.</param>
    /// <param name="now">The owner's clock.</param>
    /// <param name="memory">What was on disk; nothing at a node's first start.</param>
    /// <exception cref="FlockMemoryException">What was on disk can't be read.</exception>
    /// <exception cref="ArgumentException">Name, key, boot secret or flock secret can't be used; the message says which and why.</exception>
    public FlockMachine(
        FlockSelf self, FlockCredentials credentials, FlockOptions options, INodeSigner signer, IFrameCipherSource ciphers, ulong seed, Instant now,
        FlockMemory? memory = null)
    {
        _state = new FlockState(self, credentials, options, signer, ciphers, seed, now, memory);
        var mail = new Mail(_state);
        var observers = new Observers(_state);
        var alarms = new AlarmBook(_state, observers);
        _rumors = new Rumors(_state, mail);
        var cloneWatch = new CloneWatch(_state, mail);
        _blobs = new BlobFetch(_state, mail, cloneWatch);
        _roll = new BlobRoll(_state, mail, _blobs);
        _census = new Census(_state, mail, _rumors, alarms);
        _leadership = new Leadership(_state, _rumors);
        _election = new ElectionDesk(_state, mail, _leadership);
        var detection = new DetectionParts(_state, mail, observers, alarms, _census);
        (_detector, _jury, _verdicts) = (detection.Detector, detection.Jury, detection.Verdicts);
        var callbacks = new Callbacks(_state);
        _orders = new OrderBook(_state);
        _orderExchange = new OrderExchange(_state, mail, _orders);
        _attributes = new AttributeExchange(_state, mail);
        _ = new LossOrders(_state, _jury, _orders);
        _ = new RuleOrders(_state, _orders);
        _ = new RosterOrders(_state, _orders);
        _refounding = new Refounding(_state, _orders, _election);
        _births = new Births(_state, mail, _orders, _leadership);
        _beacons = new Beacons(_state, credentials, ciphers);
        _foreigners = new ForeignFlocks(_state, mail, _beacons);
        _introductions = new Introductions(_state, mail, _census, _blobs, _leadership, callbacks, _births, _beacons);
        _scanner = new Scanner(_state, _introductions, callbacks);
        _settlement = new Settlement(_state, _census, _scanner, _detector);
        _snapshots = new Snapshots(_state);
        _goodbye = new Goodbye(_state, mail, _census);
        var exchange = new ViewExchange(_state, mail);
        _exchanges = new ExchangeClock(_state, _census, _rumors, exchange);
        _keys = new KeyDesk(_state, mail, new KeyOrders(_state, _orders, to => _introductions.Hello(to, Reach.Proven)));
        _introductions.Keys = _keys;
        _clones = new Clones(_state, mail, _census, cloneWatch) { Hello = to => _introductions.Hello(to, Reach.Proven), GoAside = GoAside };
        _introductions.Clones = _clones;
        _probation = new Probation(_state, _census, _leadership, _introductions);
        (_introductions.Probation, _census.IsOut, _census.AsksFirst) = (_probation, () => _probation.IsUnderWay, _probation.AsksFirst);
        _reception = new Reception(_state, _introductions, exchange, _exchanges, _blobs, new BlobAnswers(_state, mail), _census, _leadership, detection, _settlement, _goodbye, _orderExchange, _births, _foreigners, _attributes, _keys, _clones, _election);
        _ranAt = now;
        NextDeadline = now;
    }

    /// <summary>When <see cref="Tick"/> must be called at the latest; a later call is noticed and means that this node was stalled.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>The flock as this node sees it; a new object on every change.</summary>
    public GroupSnapshot Snapshot => _snapshots.Read();

    /// <summary>What it did so far.</summary>
    public FlockCounters Counters => _state.Counters;

    /// <summary>How often the group has covered the ranges, as far as this node can tell.</summary>
    public double Coverage => _scanner.Coverage;

    /// <summary>How the fenced election stands.</summary>
    public ElectionReport Election => _election.Report;

    /// <summary>How the sealing stands.</summary>
    public SealStatus Sealing => _births.Status;

    /// <summary>The other flocks of this secret that were met, the last one last.</summary>
    public IReadOnlyList<ForeignSighting> Foreigners => [.. _foreigners.Met];

    /// <summary>What its parts share.</summary>
    internal FlockState State => _state;

    /// <summary>The operator's orders that this node remembers.</summary>
    public int OrderCount => _orders.Orders.Count;

    /// <summary>The operator's orders that this node remembers, oldest first: a copy.</summary>
    public IReadOnlyList<OperatorOrder> RememberedOrders => [.. _orders.Orders];

    /// <summary>From where datagrams came that could not be used, the last heard first.</summary>
    public IReadOnlyList<UnreadSource> Unread => _unread.Sources;

    /// <summary>The ranges and single addresses at which this node looks for others, and the port in the ranges.</summary>
    public (IReadOnlyList<AddressRange> Ranges, IReadOnlyList<NetAddress> Contacts, ushort Port) Neighbourhood =>
        (_state.Options.Ranges, _state.Options.Contacts, _state.Options.ProbePort == 0 ? _state.Self.Address.Port : _state.Options.ProbePort);

    /// <summary>The operator's orders. Parts of the machine say here which kinds they do.</summary>
    internal OrderBook Orders => _orders;

    /// <summary>The flock's keys as this node sees them.</summary>
    public KeyReport Keys => _keys.Report;

    /// <summary>Whether somebody lives at an address, as far as this node knows, identified or not.</summary>
    public bool Holds(NetAddress address) => _state.View.IsLive(address);

    /// <summary>Takes a datagram. Whatever its bytes are, it never throws.</summary>
    public void Receive(Instant now, NetAddress from, ReadOnlySpan<byte> datagram, FlockOutbox outbox)
    {
        if (_hasLeft || _state.AsideFor is not null)
            return;
        Enter(now, outbox);
        var before = (_state.View.Version, _state.BlobsLearnt, _state.Claim);
        if (_reception.TryTake(from, datagram, out var reason))
        {
            _state.Counters.Accepted++;
            if (!_reception.IsPlain || _detector.IsAsking || _clones.IsWatching || before.Claim != _state.Claim)
                Step();
            else if (before != (_state.View.Version, _state.BlobsLearnt, _state.Claim))
                Stir();
            else if (!_reception.WasHello)
                NextDeadline = Soonest();
            return;
        }
        _state.Counters.Reject(reason);
        _unread.Add(now, from, reason);
        TellOfRejection(from, reason);
        // One of the same secret and another flock is named aloud, and hears this one's name: nothing else of it is believed.
        if (_foreigners.Look(from, datagram))
            _introductions.Hello(from, Reach.Proven);
        NextDeadline = Instant.Min(NextDeadline, _foreigners.Due);
        // A stranger is asked to introduce itself; anything else that was rejected has changed nothing.
    }

    /// <summary>Does what is due. Calling it early does no harm.</summary>
    public void Tick(Instant now, FlockOutbox outbox)
    {
        if (_hasLeft)
            return;
        Enter(now, outbox);
        Step();
    }

    /// <summary>A write of an outbox is on disk for good: what waited for it goes on.</summary>
    /// <exception cref="InvalidOperationException">No such write is under way.</exception>
    public void Persisted(Instant now, ulong ticket, FlockOutbox outbox)
    {
        if (_hasLeft)
            return;
        Enter(now, outbox);
        _state.Durable.Persisted(ticket);
        Step();
    }

    /// <summary>Says goodbye to everybody. After this the machine takes nothing and sends nothing.</summary>
    public void Leave(Instant now, FlockOutbox outbox)
    {
        if (_hasLeft)
            return;
        Enter(now, outbox);
        _election.Leave();
        _goodbye.Say();
        _hasLeft = true;
        NextDeadline = Instant.Never;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _beacons.Dispose();
        _state.Gate.Dispose();
    }

    private void Enter(Instant now, FlockOutbox outbox)
    {
        (_state.Now, _state.Outbox) = (now, outbox);
        // Between being made and being started a daemon reads files and opens sockets: nobody has heard of this node yet, so nothing was missed.
        if (!_hasRun)
        {
            (_hasRun, NextDeadline) = (true, now);
            Boots.Keep(_state);
        }
        var late = now - Instant.Max(_ranAt, NextDeadline);
        _ranAt = Instant.Max(now, _ranAt);
        // Less than a window and others still believed in this node; more, and they may have gone on without it.
        var window = _state.Options.SilenceWindow;
        if (late > window)
            _leadership.Resign();
        if (late > _state.Options.BeatPeriod / 2)
            _state.LateUntil = now + window;
        if (late <= window - _state.Options.BeatPeriod)
            return;
        _state.AbstainsUntil = now + window;
        _detector.StartOver();
        _state.Raise(new SelfStalled(late));
    }

    // What it knows of the others was never its own to act on: it says goodbye, and is alone until it is started again.
    private void GoAside(ClonePair pair)
    {
        _election.Leave();
        _goodbye.Say();
        (_state.AsideFor, _state.IsSettled, _state.Claim) = (pair.Kept.Address, false, null);
        _state.Fence = null;
        _state.Raise(new PutAside(pair.Id, pair.Kept.Address));
    }

    private void Step()
    {
        if (_state.AsideFor is not null)
        {
            _snapshots.Tick();
            NextDeadline = _snapshots.Due;
            return;
        }
        _clones.Tick();
        if (_state.AsideFor is null)
            StepAsMember();
        else
            Step();
    }

    private void StepAsMember()
    {
        _steppedAt = _state.Now;
        _census.Tick();
        _probation.Tick();
        _detector.Tick();
        _jury.Tick();
        _verdicts.Tick();
        _scanner.Tick(_census.FoundAt);
        _settlement.Tick();
        _leadership.Tick();
        _refounding.Tick();
        _election.Tick();
        _roll.Tick();
        _blobs.Tick();
        _rumors.Tick();
        _exchanges.Tick();
        _orderExchange.Tick();
        _births.Tick();
        _foreigners.Tick();
        _keys.Tick();
        _snapshots.Tick();
        NextDeadline = Earliest();
    }

    private void Stir()
    {
        if (_state.Now >= _steppedAt + StirPeriod)
            Step();
        else
            NextDeadline = Instant.Min(Soonest(), _steppedAt + StirPeriod);
    }

    // What a plain datagram can have made due. Most change nothing at all, and to ask every part costs more than they do; what is due
    // later than it was is found out then.
    private Instant Soonest()
    {
        var due = Instant.Min(NextDeadline, Instant.Min(_exchanges.Due, _rumors.Due));
        return Instant.Min(Instant.Min(due, _census.Due), Instant.Min(_settlement.Due, _blobs.Due));
    }

    private Instant Earliest()
    {
        var due = Instant.Min(_census.Due, _detector.Due);
        due = Instant.Min(due, Instant.Min(_jury.Due, _scanner.Due));
        due = Instant.Min(due, Instant.Min(_settlement.Due, _leadership.Due));
        due = Instant.Min(due, _election.Due);
        due = Instant.Min(due, Instant.Min(Instant.Min(_blobs.Due, _roll.Due), Instant.Min(_rumors.Due, _exchanges.Due)));
        due = Instant.Min(due, Instant.Min(_orderExchange.Due, Instant.Min(_births.Due, _foreigners.Due)));
        due = Instant.Min(due, Instant.Min(_clones.Due, Instant.Min(_keys.Due, _verdicts.Due)));
        return Instant.Min(due, Instant.Min(_probation.Due, _snapshots.Due));
    }

    private void TellOfRejection(NetAddress from, RejectReason reason)
    {
        if (_state.Now < _rejectionDue)
            return;
        _rejectionDue = _state.Now + RejectionPeriod;
        var total = _state.Counters.RejectedTotal;
        _state.Raise(new DatagramRejected(from, reason, total - _rejectedBefore));
        _rejectedBefore = total;
    }
}

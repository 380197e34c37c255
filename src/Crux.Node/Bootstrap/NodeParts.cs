using System.Reflection;
using System.Security.Cryptography;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Node.Confab;
using Crux.Node.Flock;
using Crux.Node.Groups;
using Crux.Node.Security;
using Crux.Services;
using Crux.Services.Health;
using Crux.Services.Operator;
using Crux.Services.Reeve;
using Crux.Services.Steward;
using Crux.Services.Trust;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Bootstrap;

/// <summary>Everything that one running node is made of, wired and not yet started. The only place that knows all parts.</summary>
internal sealed class NodeParts : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly NodeIdentity _identity;
    private readonly PeerConnections _connections;
    private readonly PeerChannels _channels;
    private readonly FlockOrderDesk _desk;
    private readonly AuditTrail _audit;
    private readonly OperatorBoard _operators;
    private readonly KeyGenerations _generations;
    private readonly BannedKeys _banned;
    private bool _servicesStopped;
    private Task _following = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;
    private Task _recording = Task.CompletedTask;

    private NodeParts(
        CruxNodeOptions options, NodeDoors doors, NodeIdentity identity, FlockDriver flock, NodeMemory memory, INodeNetwork network, BootReport boot, OperatorEvents events, LogLevelOverrides levels,
        MonotonicClock clock, ILoggerFactory loggers)
    {
        (_identity, Flock, Events) = (identity, flock, events);
        _desk = new FlockOrderDesk(flock);
        _operators = new OperatorBoard(memory.OperatorKey);
        foreach (var order in memory.Orders)
            Learn(order);
        var operators = new OperatorConnections(_operators, loggers);
        var tls = new PeerTls(identity, flock, _operators);
        _connections = new PeerConnections(flock);
        _channels = new PeerChannels(tls, flock.Address, Seek, network);
        var door = new PeerDoor(flock, hosts => flock.SeekAsync(hosts));
        var facts = new NodeFacts
        {
            Id = identity.Id,
            Name = options.Name,
            Address = flock.Address,
            Rack = options.Rack,
            FlockId = options.FlockId,
            Group = options.Flock,
            Version = DaemonVersion,
        };
        Heartbeater = new HeartbeaterDriver(flock, options.FlockId, new HealthOptions(), clock, loggers);
        Reeve = new ReeveDriver(flock, Heartbeater, _channels, new ReeveOptions(), clock, loggers);
        Healthminder = new HealthminderDriver(flock, _channels, new HealthHistoryOptions(), memory.History, clock, loggers);
        Steward = new StewardDriver(flock, Reeve, Healthminder, new StewardOptions(), clock, loggers);
        var board = new RuleBoard();
        _audit = new AuditTrail(memory.Audit.Kept, memory.Audit.Append, memory.Audit.Problem, clock.Time);
        // What a crash kept from the record the flock's machine still remembers.
        foreach (var order in memory.Orders)
            _audit.Note(order);
        Trust = new TrustDriver(memory.Store, memory.Orders, memory.OperatorKey, identity.Signer, _desk, _channels, flock, board, clock, loggers);
        _generations = new KeyGenerations(
            clock.Time, options.KeyPeriod, memory.Keys, book => KeepKeys(options.StateDirectory, book), () => Reeve.Current.Steward == StewardPhase.Ready);
        _banned = new BannedKeys(board, flock, _generations);
        Local = new LocalHost(
            options.Socket,
            doors.Local,
            operators,
            new OperatorGate(_operators, options.SocketRole, options.SocketGroupRole, loggers),
            loggers,
            services => (memory.Names is { } names ? services.AddSingleton(names) : services)
                .AddSingleton(clock.Time)
                .AddSingleton(facts)
                .AddSingleton<IBootReport>(boot)
                .AddSingleton<ITrafficReport>(new FlockTraffic(flock))
                .AddSingleton<IRegistryReport>(new RegistryReport(flock, Reeve, _channels, clock.Time))
                .AddSingleton<IOrderDesk>(_desk)
                .AddSingleton<IKeyDesk>(new FlockKeyDesk(flock))
                .AddSingleton(events)
                .AddSingleton(levels)
                .AddSingleton(board)
                .AddSingleton(_audit)
                .AddSingleton(Trust)
                .AddSingleton(_generations)
                .AddCruxLocalServices(flock, Heartbeater, Reeve, identity.Statements, Healthminder, _channels)
                .AddOperator(),
            routes =>
            {
                routes.MapCruxLocalServices();
                routes.MapOperator();
            });
        Peers = new PeerHost(
            flock.Address, doors.Peers, tls, door, _connections, operators, loggers, services => services.AddSingleton(board).AddSingleton(_generations).AddCruxPeerServices(flock, Steward, Healthminder), routes => routes.MapCruxPeerServices());
    }

    /// <summary>The version of this build.</summary>
    public static string DaemonVersion { get; } =
        typeof(NodeParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public NodeId Id => _identity.Id;

    public FlockDriver Flock { get; }

    /// <summary>The flock, as everybody but its driver sees it.</summary>
    public IGroupView View => Flock;

    public HeartbeaterDriver Heartbeater { get; }

    public ReeveDriver Reeve { get; }

    public StewardDriver Steward { get; }

    public HealthminderDriver Healthminder { get; }

    public TrustDriver Trust { get; }

    public LocalHost Local { get; }

    public PeerHost Peers { get; }

    public OperatorEvents Events { get; }

    // Refused only where the node stops, or where many ask already: then who asks comes again.
    private void Seek(IReadOnlyList<NetAddress> hosts, bool everybody) =>
        _ = Flock.SeekAsync(hosts, everybody).ContinueWith(static asked => asked.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Reads the node's files and takes its ports; nothing is sent yet.</summary>
    /// <exception cref="NodeStartException">The options, a file or the network don't allow it; the message says what to do.</exception>
    public static async Task<NodeParts> OpenAsync(
        CruxNodeOptions options, INodeNetwork network, BootReport boot, OperatorEvents events, LogLevelOverrides levels, MonotonicClock clock, ILoggerFactory loggers)
    {
        if (options.Problems() is { Count: > 0 } problems)
            throw new NodeStartException(string.Join(Environment.NewLine, problems));
        NodeIdentity? identity = null;
        IConfab? confab = null;
        NodeDoors? doors = null;
        FlockMachine? machine = null;
        try
        {
            var file = FlockFile.Read(options.FlockFile);
            identity = NodeIdentity.Load(options.StateDirectory);
            var bloc = new BlocId(options.Bloc);
            var store = FlockStore.Open(options.StateDirectory, bloc, options.Flock);
            var plan = AddressPlan.Make(options.Address, options.Port, options.Ranges, options.Contacts);
            confab = network.Open(plan);
            // All of them first: a node that others have seen and that can't answer them is worse than one that failed to start.
            doors = NodeDoors.Take(confab.Address, options.Socket);
            var self = new FlockSelf
            {
                Name = options.Name,
                Address = confab.Address,
                PublicKey = identity.PublicKey,
                BootSecret = RandomNumberGenerator.GetBytes(FlockSelf.BootSecretBytes),
                Rack = options.Rack,
                Version = DaemonVersion,
                Attributes = MachineFacts.Read(),
            };
            machine = new FlockMachine(
                self,
                new FlockCredentials(options.Flock, bloc, file.Secret) { OperatorPublicKey = file.OperatorPublicKey },
                new FlockOptions { Ranges = [.. plan.Neighbourhood], Contacts = [.. plan.Contacts] },
                identity.Signer,
                new AesFrameCipherSource(),
                BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
                clock.Now(),
                store.Memory);
            var flock = new FlockDriver(machine, confab, store, clock, loggers);
            var keys = KeyBookFile.Read(options.StateDirectory, out var keysProblem);
            var memory = new NodeMemory(
                FileGroupStore.Open(options.StateDirectory, bloc, options.Flock), machine.RememberedOrders, file.OperatorPublicKey, LocalNames.Open(options.Identities),
                AuditFile.Open(options.StateDirectory, bloc, options.Flock), keys, keysProblem, HealthJournalFile.Open(options.StateDirectory, bloc, options.Flock));
            var reporter = new BootReporter(loggers.CreateLogger(BootReporter.Category), events);
            foreach (var damage in memory.Problems)
                reporter.Damaged(damage);
            return new NodeParts(options, doors, identity, flock, memory, network, boot, events, levels, clock, loggers);
        }
        catch (Exception problem)
        {
            machine?.Dispose();
            identity?.Dispose();
            doors?.Dispose();
            if (confab is not null)
                await confab.DisposeAsync();
            if (problem is FlockFileException or ConfabException)
                throw new NodeStartException(problem.Message, problem);
            if (problem is FlockMemoryException unreadable)
                throw new NodeStartException($"{unreadable.Message} {FlockStore.Cure(unreadable.Kind)}", problem);
            if (problem is GroupStoreException lost)
                throw new NodeStartException(lost.Message, problem);
            throw;
        }
    }

    /// <summary>Begins to look for the flock, and meanwhile builds what serves the other nodes.</summary>
    public async Task StartFlockAsync(CancellationToken cancellationToken)
    {
        Trust.Start();
        _telling = TellAlarmsAsync(Flock.WatchEventsAsync(_stopping.Token));
        _recording = Task.WhenAll(RecordAsync(Flock.WatchEventsAsync(_stopping.Token)), _banned.RunAsync(_stopping.Token));
        _following = FollowViewAsync();
        Flock.Start();
        _generations.Start();
        await Peers.StartAsync(cancellationToken);
    }

    /// <summary>Drains, says goodbye to the flock, and closes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Local.StopAsync(cancellationToken);
        // The goodbye before the steward ends: the others then know who leads next when their streams break.
        await Flock.StopAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await StopServicesAsync();
        _channels.Dispose();
        await Peers.StopAsync(cancellationToken);
    }

    /// <summary>Closes every socket with no goodbye.</summary>
    public async Task AbortAsync()
    {
        await Flock.AbortAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(Peers.AbortAsync(), Local.AbortAsync());
        _channels.Dispose();
    }

    /// <summary>Gives everything back; call after <see cref="StopAsync"/> or <see cref="AbortAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Flock.DisposeAsync();
        await StopServicesAsync();
        await Task.WhenAll(_following, _telling, _recording);
        _channels.Dispose();
        await Task.WhenAll(Peers.DisposeAsync().AsTask(), Local.DisposeAsync().AsTask());
        _generations.Dispose();
        _identity.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Ends as soon as one of the loops does; faulted where an invariant broke. Call once all have started.</summary>
    public async Task WatchOverAsync() => await await Task.WhenAny(Flock.Completion, Heartbeater.Completion, Reeve.Completion, Steward.Completion, Healthminder.Completion, Trust.Completion);

    private void KeepKeys(string stateDirectory, KeyBook book)
    {
        KeyBookFile.Write(stateDirectory, book);
        Events.Publish("service", $"Processes of this node take new keys: generation {book.Highest}.");
    }

    private async Task StopServicesAsync()
    {
        if (_servicesStopped)
            return;
        _servicesStopped = true;
        await Trust.DisposeAsync();
        await Reeve.DisposeAsync();
        await Steward.DisposeAsync();
        await Healthminder.DisposeAsync();
        await Heartbeater.DisposeAsync();
    }

    // Who has left the view has no business here: neither its connections nor ours to it outlive the news.
    private async Task FollowViewAsync()
    {
        await foreach (var snapshot in Flock.WatchAsync(CancellationToken.None))
        {
            _channels.Keep(snapshot);
            _connections.Keep(snapshot);
        }
    }

    // The book takes none that is older than the one that holds.
    private void Learn(OperatorOrder order)
    {
        if (order.Kind == OrderKind.Operators && OperatorRoster.TryRead(order.Payload.Span, out var roster))
            _operators.Show(roster);
    }

    // Another uuid, another flock: what was ordered before is not for it.
    private async Task RelearnOperatorsAsync()
    {
        try
        {
            _operators.Show((await _desk.GetAuthorityAsync(_stopping.Token)).Roster);
        }
        catch (InvalidOperationException)
        {
            _operators.Show(OperatorRoster.Empty);
        }
    }

    // Beside what is done about an order, never before it: a revocation must not wait for a slow disk.
    private async Task RecordAsync(IAsyncEnumerable<FlockEvent> news)
    {
        try
        {
            await foreach (var one in news)
            {
                if (one is OrderTaken taken)
                    _audit.Note(taken.Order);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private async Task TellAlarmsAsync(IAsyncEnumerable<FlockEvent> news)
    {
        try
        {
            await foreach (var one in news)
            {
                _desk.Note(one);
                if (one is OrderTaken taken)
                {
                    Learn(taken.Order);
                    await Trust.LearnAsync(taken.Order, _stopping.Token);
                }
                if (one is FlockSealed)
                    await RelearnOperatorsAsync();
                if (one is NameTaken or CloneSeen or PutAside or PartitionSeen or SelfStalled or SelfEvicted or ForeignFlock or FlockSealed)
                    Events.Publish("alarm", one.Text);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}

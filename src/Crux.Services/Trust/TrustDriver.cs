using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Trust;
using Crux.Protos;
using Crux.Services.Operator;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Trust;

/// <summary>
/// Owns this node's <see cref="TrustMachine"/>: brings it the operator's orders, fetches what they name from other nodes, puts what holds
/// on disk and on the board.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class TrustDriver : IAsyncDisposable
{
    /// <summary>Under which key the rules are kept.</summary>
    public const string StoreKey = "rules";

    /// <summary>How long another node may take to send the rules.</summary>
    public static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(10);

    /// <summary>Time between two tries to write what the disk refused.</summary>
    public static readonly TimeSpan WritePause = TimeSpan.FromSeconds(5);

    private readonly TrustMachine _machine;
    private readonly TrustOutbox _outbox = new();
    private readonly IGroupStore _store;
    private readonly IOrderDesk _desk;
    private readonly IPeers _peers;
    private readonly IGroupView _view;
    private readonly MonotonicClock _clock;
    private readonly TrustReporter _reporter;
    private readonly MachineLoop _loop;
    private Task _keeping = Task.CompletedTask;
    private SignedRules? _unkept;
    private readonly CancellationTokenSource _stopping = new();
    private Task _fetching = Task.CompletedTask;
    private string? _notKept;
    private Instant _writeDue = Instant.Never;

    /// <summary>A driver with what the store has.</summary>
    /// <param name="store">Where rules are kept.</param>
    /// <param name="remembered">The operator's orders that the flock's machine has on disk.</param>
    /// <param name="operatorKey">Whose signature counts; empty where the flock has no operator.</param>
    /// <param name="signer">Checks it.</param>
    /// <param name="desk">Takes the operator's orders.</param>
    /// <param name="peers">The way to other nodes.</param>
    /// <param name="view">Who these are.</param>
    /// <param name="board">Where the rules are put up.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="loggers">Takes category <c>Crux.Trust</c>.</param>
    /// <exception cref="GroupStoreException">What the store has is damaged, or is not signed by the flock's operator; the message says what to do.</exception>
    public TrustDriver(
        IGroupStore store, IReadOnlyList<OperatorOrder> remembered, ReadOnlyMemory<byte> operatorKey, INodeSigner signer, IOrderDesk desk, IPeers peers, IGroupView view,
        RuleBoard board, MonotonicClock clock, ILoggerFactory loggers)
    {
        (_store, _desk, _peers, _view, Board, _clock) = (store, desk, peers, view, board, clock);
        _reporter = new TrustReporter(loggers);
        _machine = new TrustMachine(Open(store, operatorKey, signer), signer, BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)));
        _loop = new MachineLoop(clock, Tick, () => Instant.Min(_machine.NextDeadline, _writeDue));
        // Before anybody can ask: a node that knows of rules and has lost them must not answer as one that has none.
        foreach (var order in remembered)
            _machine.Learn(clock.Now(), order, _outbox);
        Step(() => { });
    }

    /// <summary>Where the rules are put up.</summary>
    public RuleBoard Board { get; }

    /// <summary>Ends when the driver stops; faults where an invariant broke, which should stop the host.</summary>
    public Task Completion => _loop.Completion;

    /// <summary>Starts the loop.</summary>
    public void Start() => _loop.Start();

    /// <summary>Takes an order that the flock has authenticated; orders of other kinds are none of its business.</summary>
    public async Task LearnAsync(OperatorOrder order, CancellationToken cancellationToken)
    {
        if (order.Kind != OrderKind.Rules)
            return;
        try
        {
            await _loop.PostAsync(now => Step(() => _machine.Learn(now, order, _outbox)), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // The node stops; it will hear of the order again.
        }
    }

    /// <summary>Takes a set of rules and the operator's order for it, and gives the order to the flock.</summary>
    /// <returns>Why not, and what to do; null where it is taken.</returns>
    public async Task<string?> PlaceAsync(ReadOnlyMemory<byte> order, ReadOnlyMemory<byte> rules, CancellationToken cancellationToken)
    {
        if (!OperatorOrder.TryRead(order.Span, out var read) || !RuleSetCodec.TryRead(rules.Span, out var set) || SignedRules.Join(read, set) is not { } signed)
            return "Order and rules don't belong together, or are of another version of crux. Compare 'crux --version' with 'fulcrum --version'.";
        var roster = (await _desk.GetAuthorityAsync(cancellationToken)).Roster;
        var problem = await _loop.AskAsync(
            _ =>
            {
                if (_machine.Current?.Order.Id == read.Id)
                    return null;
                // What an operator named last before it was taken back may be nowhere: the root key goes over it.
                if (_machine.Wanted is { } wanted && roster.RoleOf(wanted) >= OperatorRole.Trust)
                    return "There are newer rules, and this node doesn't have them yet. Give the command again in a moment, or on another node.";
                if (RuleOrder.BriefOf(Board.Current.Set) != signed.Terms.Before)
                    return "The rules have been changed since you looked. Give the command again.";
                _machine.Offer(set);
                return null;
            },
            cancellationToken);
        problem ??= await _desk.PlaceAsync(order, cancellationToken);
        // The flock took it, so it is right. Not left to the news of it: whoever reads the rules next must see what was said.
        if (problem is not null)
            return problem;
        // And kept: where the order doesn't carry the changes, this node may be the only one that has the set.
        await await _loop.AskAsync(
            now =>
            {
                Step(() => _machine.Learn(now, read, _outbox));
                return _keeping;
            },
            cancellationToken);
        return null;
    }

    /// <summary>Ends the loop.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.DisposeAsync();
        await _fetching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _keeping;
        _stopping.Dispose();
    }

    private static SignedRules? Open(IGroupStore store, ReadOnlyMemory<byte> operatorKey, INodeSigner signer)
    {
        if (store.Read(StoreKey) is not { } kept)
            return null;
        if (!SignedRules.TryRead(kept.Span, out var rules))
            throw new GroupStoreException("The rules on this node's disk are of another version of fulcrum. Start the version that wrote them.");
        // Whether a further operator might give it was judged when it came, and it stands though that one is none any more.
        if (!rules.Order.IsSignedUnder(operatorKey.Span, signer))
        {
            throw new GroupStoreException(
                "The rules on this node's disk are not signed by the operator that the flock file names: one of the two was replaced. Put back the flock file that belongs to this node's state, or give the node an empty state directory.");
        }
        return rules;
    }

    private void Tick(Instant now)
    {
        if (now >= _writeDue && _machine.Current is { } current)
            Keep(current);
        Step(() => _machine.Tick(now, [.. _view.Current.Members.Where(member => member.Id != _view.Current.Self && member.Status == MemberStatus.Alive).Select(member => member.Id)], _outbox));
    }

    // Rules bite first and are kept next: a crash in between costs nothing, because every other member has the order.
    private void Step(Action step)
    {
        step();
        Show();
        if (_outbox.Adopted is { } adopted)
        {
            _reporter.Adopted(adopted.Rules.Revision, adopted.Rules.Rules.Length, adopted.Terms.ToString());
            Keep(adopted);
        }
        if (_outbox.Ask is { } node)
            _fetching = Task.Run(() => FetchAsync(node));
        _outbox.Clear();
    }

    // Not by the loop: the next change must not wait for the disk to take this one.
    private void Keep(SignedRules rules)
    {
        (_writeDue, _unkept) = (Instant.Never, rules);
        var before = _keeping;
        _keeping = Task.Run(() => KeepAsync(before));
    }

    // Of several that wait only the newest is written.
    private async Task KeepAsync(Task before)
    {
        await before;
        if (Interlocked.Exchange(ref _unkept, null) is not { } rules)
            return;
        var problem = default(Exception);
        try
        {
            _store.Write(StoreKey, rules.ToBytes());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            problem = refused;
            _reporter.NotKept(refused);
        }
        try
        {
            await _loop.PostAsync(now => Kept(now, problem), CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            // The node stops, and nobody is left to be told.
        }
    }

    private void Kept(Instant now, Exception? problem)
    {
        _notKept = problem?.Message;
        if (problem is not null)
            _writeDue = now + WritePause;
        Show();
    }

    private void Show() => Board.Show(new(_machine.Current, _machine.Wanted is not null, _notKept));

    private async Task FetchAsync(NodeId node)
    {
        byte[] bytes = [];
        var authority = default(FlockAuthority);
        try
        {
            authority = await _desk.GetAuthorityAsync(_stopping.Token);
            if (_view.Current.Find(node) is { } member)
                bytes = await FetchAsync(new RulePeers.RulePeersClient(_peers.Connect(member)));
        }
        catch (Exception problem) when (problem is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            _reporter.NotFetched(node, problem.Message);
        }
        authority ??= new FlockAuthority("", "", 0, 0, default);
        try
        {
            await _loop.PostAsync(
                now => Step(() =>
                {
                    if (!_machine.Answer(now, bytes, authority, _outbox))
                        _reporter.Forged(node);
                }),
                _stopping.Token);
        }
        catch (Exception over) when (over is OperationCanceledException or ChannelClosedException)
        {
            // The node stops.
        }
    }

    private async Task<byte[]> FetchAsync(RulePeers.RulePeersClient peer)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(FetchLimit);
        using var call = peer.Fetch(new FetchRulesRequest(), cancellationToken: limit.Token);
        using var all = new MemoryStream();
        await foreach (var reply in call.ResponseStream.ReadAllAsync(limit.Token))
        {
            if (all.Length + reply.Part.Length > SignedRules.MaxBytes)
                throw new IOException("more than a set of rules can be long");
            all.Write(reply.Part.Span);
        }
        return all.ToArray();
    }
}

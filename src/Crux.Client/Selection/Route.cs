using System.Collections.Immutable;
using System.Diagnostics;
using Crux.Client.Attempts;
using Crux.Client.Connect;
using Grpc.Core;

namespace Crux.Client.Selection;

/// <summary>
/// From a selector to an instance: keeps connections to the best tier that can be reached, and gives each call the less loaded of
/// two of them. Thread-safe.
/// </summary>
internal sealed class Route : IAsyncDisposable
{
    /// <summary>
    /// What the offer and the nodes say comes by two streams: an instance that goes from the offer with nothing in its place is
    /// kept this long, connected or not, for news of its node.
    /// </summary>
    private static readonly TimeSpan EmptyGrace = TimeSpan.FromSeconds(1);

    private readonly CruxProcess _process;
    private readonly ProcessIdentity _identity;
    private readonly TimeProvider _time;
    private readonly ReeveWatch _watch;
    private readonly Absence _absence;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);
    // Retired, with calls that are still being answered: no longer called, and still cut off if their node goes.
    private readonly List<Endpoint> _leaving = [];
    private readonly Vigils<Endpoint> _vigils;
    private readonly long _start;
    private readonly int _seed = Random.Shared.Next();
    private ImmutableArray<Offering> _offers = [];
    private volatile Endpoint[] _ready = [];
    private TaskCompletionSource _readyChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _emptyGrace;
    private ulong _generation;
    private int _renewals;
    private bool _isGraceful;
    private bool _isDisposed;

    public Route(CruxProcess process, Selector selector, CruxClientOptions options)
    {
        (_process, Selector, Options) = (process, selector, options);
        _time = process.Link.Time;
        _start = _time.GetTimestamp();
        // As many as are connected to of one tier at most: there is no need for more.
        _vigils = new(2 * options.MaxConnections);
        _identity = process.Client(options.ClientName ?? ProgramName.Current);
        _identity.Changed += Arrange;
        process.Nodes.Changed += Arrange;
        process.Turns.Changed += Arrange;
        _watch = new ReeveWatch(process.Link, selector, options.RescanPeriod, options.HoldPeriod, Publish);
        _absence = new Absence(selector, process.Link, _watch, _identity);
        // The watch outlives the call in whose flow the route happens to be made, and is no part of its trace.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(() => _watch.RunAsync(_stop.Token));
    }

    public Selector Selector { get; }

    public CruxClientOptions Options { get; }

    /// <summary>The instances that calls go to at this moment.</summary>
    public IReadOnlyList<Endpoint> Ready => _ready;

    /// <summary>How many instances are on offer, whether or not they can be reached.</summary>
    public int Offered
    {
        get
        {
            lock (_lock)
                return _offers.Length;
        }
    }

    /// <summary>An instance with a place taken for the call; waits while there is none.</summary>
    /// <exception cref="RpcException">The call's own limit passed; says why there is no instance.</exception>
    public async ValueTask<Endpoint> PickAsync(CallNote note, CancellationToken cancellationToken)
    {
        if (Pick.Of(_ready, note) is { } picked)
            return picked;
        var start = _time.GetTimestamp();
        note.Waiting = Explain(note);
        try
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                    changed = _readyChanged.Task;
                if (Pick.Of(_ready, note) is { } late)
                {
                    note.Waiting = null;
                    return late;
                }
                await changed.WaitAsync(Left(note, start), _time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            throw note.Say(Explain(note));
        }
        catch (OperationCanceledException)
        {
            note.Waiting = Explain(note);
            throw;
        }
        finally
        {
            ClientTelemetry.RecordWait(Selector.Name, _time.GetElapsedTime(start));
        }
    }

    /// <summary>Why there is no instance to call: the socket where the reeve is absent, and each instance that was tried.</summary>
    public CallProblem Explain(CallNote note)
    {
        Endpoint[] endpoints;
        lock (_lock)
            endpoints = [.. _endpoints.Values];
        return _absence.Explain(note, endpoints, Offered);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }
        _identity.Changed -= Arrange;
        _process.Nodes.Changed -= Arrange;
        _process.Turns.Changed -= Arrange;
        // Not waited for: the watch touches nothing that is disposed here, and ends with its stream.
        await _stop.CancelAsync();
        Endpoint[] endpoints;
        lock (_lock)
        {
            _emptyGrace?.Dispose();
            endpoints = [.. _endpoints.Values];
            _endpoints.Clear();
            _ready = [];
        }
        foreach (var endpoint in endpoints)
            endpoint.Retire();
        await _process.DisposeAsync();
    }

    private TimeSpan Left(CallNote note, long start)
    {
        if (note.WaitLimit == Timeout.InfiniteTimeSpan)
            return Timeout.InfiniteTimeSpan;
        var left = note.WaitLimit - _time.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Publish(ImmutableArray<Offering> offers)
    {
        lock (_lock)
        {
            var emptied = offers.IsEmpty && !_offers.IsEmpty && !_isDisposed;
            _offers = offers;
            if (emptied || !offers.IsEmpty)
                _emptyGrace?.Dispose();
            if (emptied)
                _emptyGrace = _time.CreateTimer(_ => EndGrace(), null, EmptyGrace, Timeout.InfiniteTimeSpan);
            _isGraceful = offers.IsEmpty && (emptied || _isGraceful);
        }
        Arrange();
    }

    private void EndGrace()
    {
        lock (_lock)
            _isGraceful = false;
        Arrange();
    }

    private void Arrange()
    {
        List<Endpoint> retired = [];
        List<Endpoint> silent = [];
        List<Endpoint> gone = [];
        lock (_lock)
        {
            if (_isDisposed)
                return;
            ArrangeLocked(retired, silent, gone);
        }
        foreach (var endpoint in retired)
            endpoint.Retire();
        foreach (var endpoint in silent)
            endpoint.Cut();
        foreach (var endpoint in gone)
            endpoint.Abort();
    }

    private void ArrangeLocked(List<Endpoint> retired, List<Endpoint> silent, List<Endpoint> gone)
    {
        var offered = new Dictionary<string, Offering>(StringComparer.Ordinal);
        var turn = _process.Turns.Of(_identity.Name);
        // What is heard first is what the keys have.
        if (_generation > 0 && turn.Generation != _generation)
            _renewals++;
        _generation = turn.Generation;
        // The flock knows better than the registry which nodes are gone, and sooner.
        foreach (var offer in _offers.Where(offer => !_process.Nodes.IsGone(offer.Node)))
            offered.TryAdd($"{offer.Place} {offer.Pin} {_identity.Life} {_renewals}", offer);
        // Where only keys were replaced, the old connection stands for the new one until that one works.
        var standing = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        foreach (var (_, endpoint) in _endpoints.Where(pair => !offered.ContainsKey(pair.Key) && CanBeCalled(pair.Value)))
            standing.TryAdd(endpoint.Offering.Place, endpoint);
        var candidates = offered
            .Select(pair => new Candidate(pair.Key, pair.Value.Tier, HashCode.Combine(_seed, pair.Value.Id), InUse(pair.Key, pair.Value, standing)?.State))
            .ToList();
        var wanted = TierChoice.Choose(candidates, Options.MaxConnections, out var active);
        foreach (var key in wanted)
        {
            if (_endpoints.TryGetValue(key, out var known))
                known.Offering = offered[key];
            else
                Open(key, offered[key], turn, isRenewal: standing.ContainsKey(offered[key].Place));
        }
        var keep = wanted.ToHashSet(StringComparer.Ordinal);
        foreach (var endpoint in _endpoints.Values.Concat(_leaving))
            LookAfter(endpoint);
        var ready = wanted
            .Where(key => active >= 0 && offered[key].Tier == active)
            .Select(key => InUse(key, offered[key], standing)).OfType<Endpoint>().Where(CanBeCalled).ToArray();
        // What is no longer on offer still answers those who have nothing else: while its successor is being connected to, and
        // while its node is away that only had its daemon restarted.
        if (ready.Length == 0)
            ready = [.. _endpoints.Values.Where(endpoint => CanBeCalled(endpoint) && (offered.Count > 0 || _isGraceful || endpoint.HasSurvived))];
        LetGo(key => keep.Contains(key), ready, retired, silent, gone);
        Use(ready);
    }

    private void LetGo(Predicate<string> isWanted, Endpoint[] ready, List<Endpoint> retired, List<Endpoint> silent, List<Endpoint> gone)
    {
        var now = _time.GetElapsedTime(_start);
        foreach (var (key, endpoint) in _endpoints)
        {
            var isAway = _process.Nodes.IsGone(endpoint.Offering.Node);
            var isSilent = isAway && (endpoint.State != EndpointState.Ready || endpoint.WentWithNode);
            if (!isSilent)
                _vigils.End(endpoint);
            if (IsForbidden(endpoint) || (isSilent && !_vigils.Keeps(endpoint, now)))
                gone.Add(endpoint);
            else if (isSilent)
            {
                if (endpoint.State == EndpointState.Ready)
                    silent.Add(endpoint);
                continue;
            }
            else if (ready.Contains(endpoint) || (isAway ? !endpoint.HasSurvived : _isGraceful || isWanted(key)))
                continue;
            else
                retired.Add(endpoint);
            _endpoints.Remove(key);
            _vigils.End(endpoint);
        }
        _leaving.RemoveAll(endpoint => endpoint.IsClosed);
        gone.AddRange(_leaving.Where(endpoint => endpoint.WentWithNode || IsForbidden(endpoint)));
        _leaving.AddRange(retired);
    }

    // An operator said so: it would answer, and must not be asked.
    private bool IsForbidden(Endpoint endpoint) => endpoint.IsVoid || _process.Nodes.IsShutOut(endpoint.Offering.Node);

    private bool CanBeCalled(Endpoint endpoint) =>
        endpoint.State == EndpointState.Ready && !IsForbidden(endpoint) && (endpoint.HasSurvived || !_process.Nodes.IsGone(endpoint.Offering.Node));

    private void LookAfter(Endpoint endpoint)
    {
        if (!_process.Nodes.IsGone(endpoint.Offering.Node))
            endpoint.ForgetSurvival();
        else if (endpoint.State is EndpointState.Ready or EndpointState.Retired && !IsForbidden(endpoint))
            endpoint.AskForSurvival();
    }

    private Endpoint? InUse(string key, Offering offering, Dictionary<string, Endpoint> standing)
    {
        var own = _endpoints.GetValueOrDefault(key);
        return own is { State: EndpointState.Ready } ? own : standing.GetValueOrDefault(offering.Place) ?? own;
    }

    private void Open(string key, Offering offering, KeyTurn turn, bool isRenewal)
    {
        var delay = isRenewal && !turn.IsUrgent ? Options.RenewalSpread * Random.Shared.NextDouble() : TimeSpan.Zero;
        var life = _identity.Life;
        var endpoint = new Endpoint(
            offering, () => _process.Keys.GetAsync(_identity.Name, offering.Pin, life, turn.Generation), _process.Nodes, Options, _process.Surroundings, delay, Arrange);
        _endpoints.Add(key, endpoint);
        endpoint.Start();
    }

    private void Use(Endpoint[] ready)
    {
        if (_ready.AsSpan().SequenceEqual(ready))
            return;
        if (ready.Length > 0)
            ClientTelemetry.CountSwitch(Selector.Name);
        _ready = ready;
        var woken = _readyChanged;
        _readyChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        woken.TrySetResult();
        Debug.Assert(ready.All(endpoint => endpoint.State is not EndpointState.Connecting));
    }
}

using System.Collections.Concurrent;
using System.Net;
using Crux.Client.Attempts;
using Crux.Client.Connect;
using Grpc.Core;

namespace Crux.Client.Selection;

/// <summary>
/// The connection to one instance: opened and warmed before it is offered to calls, watched while it is idle, reopened when it is
/// lost. Once retired it takes no more calls and closes after the last of those it has. Thread-safe.
/// </summary>
internal sealed class Endpoint : IDisposable
{
    /// <summary>Asked for to warm a connection; any answer will do.</summary>
    public const string WarmPath = "/crux/warm";

    /// <summary>Paths whose address here is kept: a method has one, and putting it together costs more than placing the call. Of more it is made each time.</summary>
    private const int MaxAddresses = 256;

    /// <summary>Added to the count of calls when the connection closes, so that no place can be taken any more.</summary>
    private const int ClosedBias = int.MinValue / 2;

    private const string ClosedByPeer = "the connection was closed by the other side";

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(5);

    private readonly Func<Task<SignedKey>> _key;
    private readonly TimeSpan _delay;
    private readonly CruxClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly PeerCheck _check;
    private readonly Wire _wire;
    private readonly SurvivalProof _survival;
    private readonly Uri _address;
    private readonly ConcurrentDictionary<string, Uri> _addresses = new(StringComparer.Ordinal);
    private TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpMessageInvoker? _invoker;
    private int _outstanding;
    private int _state;
    private volatile bool _isCut;

    /// <param name="offering">The instance.</param>
    /// <param name="key">Makes the key to call it with, or finds the one that there is.</param>
    /// <param name="nodes">Whose statements count.</param>
    /// <param name="options">Limits of time.</param>
    /// <param name="surroundings">The network and the clock.</param>
    /// <param name="delay">Before it is connected to; where another connection to it stands, there is no hurry.</param>
    /// <param name="changed">Called when the state has changed.</param>
    public Endpoint(Offering offering, Func<Task<SignedKey>> key, TrustedNodes nodes, CruxClientOptions options, Surroundings surroundings, TimeSpan delay, Action changed)
    {
        (Offering, _key, _options, _time, _delay, _changed) = (offering, key, options, surroundings.Time, delay, changed);
        _address = new Uri($"https://{offering.Address}");
        _check = new PeerCheck(() => Offering, nodes);
        _wire = new Wire(offering.Address, _check, options, surroundings, OnClosed);
        _survival = new SurvivalProof(AnswerAsync, changed);
    }

    public Offering Offering { get; set; }

    /// <summary>What this process shows there; null until its node has signed it.</summary>
    public SignedKey? Key { get; private set; }

    public EndpointState State => (EndpointState)Volatile.Read(ref _state);

    /// <summary>Why it is not ready; null while it is or was never tried.</summary>
    public string? Problem { get; private set; }

    /// <summary>Calls that it has at this moment.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Whether it is retired and has no call any more.</summary>
    public bool IsClosed => Volatile.Read(ref _outstanding) < 0;

    /// <summary>Whether the instance answered after its node had left the flock.</summary>
    public bool HasSurvived => _survival.State == Survival.Alive;

    /// <summary>Whether the instance went with its node, for all that is known: it may answer yet.</summary>
    public bool WentWithNode => _survival.State == Survival.Gone;

    /// <summary>Whether an operator took back the key that it shows.</summary>
    public bool IsVoid => _check.IsVoid;

    public void Start()
    {
        // The connection outlives the call in whose flow it happens to be opened, and is no part of its trace.
        using (ExecutionContext.SuppressFlow())
            _ = Task.Run(RunAsync);
    }

    /// <summary>Takes a place for a call; false where the connection is closed. Give it back with <see cref="Release"/>.</summary>
    public bool TryAcquire()
    {
        // Those it has are all it will have: a new one might need a new connection, to a host that is gone.
        return State != EndpointState.Retired && TryHold();
    }

    public void Release()
    {
        Interlocked.Decrement(ref _outstanding);
        if (State == EndpointState.Retired)
            CloseIfIdle();
    }

    /// <summary>Places a call. The place taken with <see cref="TryAcquire"/> is given back when the answer has been read or thrown away.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CallNote note, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            request.RequestUri = AddressOf(request.RequestUri!.PathAndQuery);
            response = await _invoker!.SendAsync(request, cancellationToken);
        }
        catch
        {
            Release();
            throw;
        }
        response.Content = new CountedContent(response.Content, this, note);
        return response;
    }

    /// <summary>Why a call that was placed here failed, in words.</summary>
    public string Describe(Exception failure) => _isCut || WentWithNode ? (IsVoid ? Faults.KeyTakenBack : Faults.NodeGone) : Faults.Describe(failure, _options.ConnectTimeout);

    /// <summary>A call could not reach the instance: nobody else is sent there until a connection stands again.</summary>
    public void ReportUnreachable(string problem) => Fall(problem);

    /// <summary>Takes no more calls; those it has finish where they started.</summary>
    public void Retire()
    {
        var before = (EndpointState)Interlocked.Exchange(ref _state, (int)EndpointState.Retired);
        if (before == EndpointState.Retired)
            return;
        if (before == EndpointState.Ready)
            ClientTelemetry.CountConnection(-1);
        _stop.Cancel();
        CloseIfIdle();
    }

    /// <summary>The node is gone, or the key taken back: calls that wait for an answer learn it now.</summary>
    public void Abort()
    {
        _isCut = true;
        Retire();
        _wire.Dispose();
    }

    /// <summary>The node is gone, and this connection gives no answer: calls that wait for one learn it now. Connects anew, with backoff, until retired.</summary>
    public void Cut()
    {
        Fall(Faults.NodeGone);
        _wire.Cut();
    }

    /// <summary>The node has left the flock; the instance may be there all the same, as it is where only the daemon was restarted. Asks once.</summary>
    public void AskForSurvival() => _survival.Begin();

    /// <summary>The node is back.</summary>
    public void ForgetSurvival() => _survival.Forget();

    public void Dispose() => Retire();

    private Uri AddressOf(string path)
    {
        if (_addresses.TryGetValue(path, out var known))
            return known;
        var address = new Uri(_address, path);
        if (_addresses.Count < MaxAddresses)
            _addresses.TryAdd(path, address);
        return address;
    }

    private bool TryHold()
    {
        if (Interlocked.Increment(ref _outstanding) > 0)
            return true;
        Interlocked.Decrement(ref _outstanding);
        return false;
    }

    private async Task AnswerAsync(CancellationToken limit)
    {
        if (!TryHold())
            throw new IOException(ClosedByPeer);
        try
        {
            using var request = WarmRequest();
            using var response = await _invoker!.SendAsync(request, limit);
        }
        finally
        {
            Release();
        }
    }

    private HttpRequestMessage WarmRequest() => new(HttpMethod.Get, new Uri(_address, WarmPath))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private void CloseIfIdle()
    {
        if (Interlocked.CompareExchange(ref _outstanding, ClosedBias, 0) == 0)
            _invoker?.Dispose();
    }

    private async Task RunAsync()
    {
        var stop = _stop.Token;
        try
        {
            if (_delay > TimeSpan.Zero)
                await Task.Delay(_delay, _time, stop);
            for (var failures = 0; !stop.IsCancellationRequested;)
            {
                if (await TryPrepareAsync(stop) && await TryWarmAsync(stop))
                {
                    failures = 0;
                    await Volatile.Read(ref _lost).Task.WaitAsync(stop);
                    continue;
                }
                var pause = FirstRetry * Math.Pow(2, Math.Min(failures++, 6));
                await Task.Delay((pause < LastRetry ? pause : LastRetry) * (0.5 + Random.Shared.NextDouble()), _time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Retired.
        }
    }

    private async Task<bool> TryPrepareAsync(CancellationToken stop)
    {
        if (_invoker is not null)
            return true;
        try
        {
            Key = await _key().WaitAsync(stop);
            _invoker = _wire.CreateInvoker(Key.Certificate);
            return true;
        }
        catch (Exception exception) when (exception is RpcException or IOException or InvalidOperationException)
        {
            stop.ThrowIfCancellationRequested();
            Fall($"the local reeve has signed no key for calling it ({(exception is RpcException rpc ? rpc.Status.Detail : exception.Message)})");
            return false;
        }
    }

    private async Task<bool> TryWarmAsync(CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_options.ConnectTimeout);
        Volatile.Write(ref _lost, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var handshakes = _wire.Handshakes;
        try
        {
            using var request = WarmRequest();
            using var response = await _invoker!.SendAsync(request, limit.Token);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            stop.ThrowIfCancellationRequested();
            Fall(Faults.DescribeFirst(exception, _options.ConnectTimeout, isKeyShown: _wire.Handshakes > handshakes));
            return false;
        }
        _survival.Answered();
        if (!TryMove(EndpointState.Ready))
            return false;
        Problem = null;
        if (_wire.IsBare)
        {
            // Closed between the answer and now, when nobody was told yet.
            Fall(ClosedByPeer);
            return false;
        }
        _changed();
        return true;
    }

    private void Fall(string problem)
    {
        if (!TryMove(EndpointState.Failed))
            return;
        Problem = problem;
        Volatile.Read(ref _lost).TrySetResult();
        _changed();
    }

    /// <summary>False where it is retired: that is for good.</summary>
    private bool TryMove(EndpointState to)
    {
        while (true)
        {
            var from = State;
            if (from == EndpointState.Retired)
                return false;
            if (Interlocked.CompareExchange(ref _state, (int)to, (int)from) != (int)from)
                continue;
            if (from != to && (from == EndpointState.Ready || to == EndpointState.Ready))
                ClientTelemetry.CountConnection(to == EndpointState.Ready ? 1 : -1);
            return true;
        }
    }

    private void OnClosed()
    {
        if (State == EndpointState.Ready)
            Fall(ClosedByPeer);
    }
}

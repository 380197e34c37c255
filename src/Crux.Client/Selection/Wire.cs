using System.Security.Cryptography.X509Certificates;
using Crux.Client.Connect;

namespace Crux.Client.Selection;

/// <summary>
/// The sockets to one instance, and how they are opened: within the limit, the instance's key pinned, and silence noticed.
/// Disposing it cuts them all, and lets no new one stand. Thread-safe.
/// </summary>
/// <param name="closed">Called when the last of its sockets is closed, by whichever side.</param>
internal sealed class Wire(NetAddress target, PeerCheck check, CruxClientOptions options, Surroundings surroundings, Action closed) : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private readonly Lock _lock = new();
    private readonly HashSet<LiveStream> _streams = [];
    private int _handshakes;

    /// <summary>How often the instance has shown the right key, and been shown this process's.</summary>
    public int Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>Whether no socket is open.</summary>
    public bool IsBare
    {
        get
        {
            lock (_lock)
                return _streams.Count == 0;
        }
    }

    /// <param name="own">What this process shows.</param>
    public HttpMessageInvoker CreateInvoker(X509Certificate2 own) => new(new SocketsHttpHandler
    {
        ConnectCallback = ConnectAsync,
        ConnectTimeout = options.ConnectTimeout,
        SslOptions = PinnedCertificate.ClientOptions(own, Accepts),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = options.KeepAliveDelay,
        KeepAlivePingTimeout = options.KeepAliveTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    });

    /// <summary>Cuts all sockets that are open; new ones may be opened.</summary>
    public void Cut()
    {
        LiveStream[] streams;
        lock (_lock)
            streams = [.. _streams];
        foreach (var stream in streams)
            stream.Dispose();
    }

    public void Dispose()
    {
        _cut.Cancel();
        Cut();
    }

    private bool Accepts(X509Certificate2 shown)
    {
        if (!check.Accepts(shown))
            return false;
        Interlocked.Increment(ref _handshakes);
        return true;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cut.Token);
        var stream = new LiveStream(await surroundings.ConnectAsync(target, either.Token), OnClosed);
        lock (_lock)
            _streams.Add(stream);
        if (_cut.IsCancellationRequested)
            stream.Dispose();
        return stream;
    }

    private void OnClosed(LiveStream stream)
    {
        bool isLast;
        lock (_lock)
            isLast = _streams.Remove(stream) && _streams.Count == 0;
        if (isLast)
            closed();
    }
}

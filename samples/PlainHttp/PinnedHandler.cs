using Crux.Protos;

namespace PlainHttp;

/// <summary>Sends each request over TLS to the very instance that its address is meant to be. Thread-safe.</summary>
/// <remarks>One handler for each instance, its key and the generation of ours: a handler of .NET's has one set of TLS options, and those are one instance's.</remarks>
internal sealed class PinnedHandler(Reeve reeve) : HttpMessageHandler
{
    /// <summary>Instances that connections are kept to; beyond it the one used longest ago is let go, and made anew where it is needed again.</summary>
    private const int MaxInstances = 64;

    /// <summary>A connection that a newer one has replaced is closed after so long without a request.</summary>
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Kept> _kept = [];
    private long _uses;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var entry = reeve.Find(request.RequestUri!.Host) ?? throw new HttpRequestException($"{request.RequestUri} leads to no instance that the reeve has named: nothing is sent there.");
        var kept = Keep(entry);
        try
        {
            // What is plain to the caller is never so on the wire.
            request.RequestUri = new Uri(new Uri($"{Uri.UriSchemeHttps}://{entry.Address}"), request.RequestUri.PathAndQuery);
            return await (await kept.Invoker.WaitAsync(cancellationToken)).SendAsync(request, cancellationToken);
        }
        catch when (kept.Invoker.IsFaulted)
        {
            Forget(kept);
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            foreach (var kept in _kept.Values.Where(it => disposing && it.Invoker.IsCompletedSuccessfully))
                kept.Invoker.Result.Dispose();
        }
        base.Dispose(disposing);
    }

    // The ones that are replaced are not disposed: requests may be under way on them, and their connections close when they idle.
    private Kept Keep(Entry entry)
    {
        var place = Reeve.HostOf(entry);
        lock (_lock)
        {
            if (!_kept.TryGetValue(place, out var kept) || kept.Generation < reeve.Generation)
            {
                if (_kept.Count >= MaxInstances && !_kept.ContainsKey(place))
                    _kept.Remove(_kept.MinBy(pair => pair.Value.LastUse).Key);
                _kept[place] = kept = new Kept(place, reeve.Generation, MakeAsync(entry));
            }
            kept.LastUse = ++_uses;
            return kept;
        }
    }

    private void Forget(Kept kept)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(kept.Place, out var known) && known == kept)
                _kept.Remove(kept.Place);
        }
    }

    private async Task<HttpMessageInvoker> MakeAsync(Entry entry)
    {
        // Off the lock that the caller holds.
        await Task.Yield();
        return new(new SocketsHttpHandler { SslOptions = await reeve.TlsForAsync(entry), UseProxy = false, AllowAutoRedirect = false, PooledConnectionIdleTimeout = IdleLimit });
    }

    private sealed class Kept(string place, ulong generation, Task<HttpMessageInvoker> invoker)
    {
        public string Place => place;

        public ulong Generation => generation;

        public Task<HttpMessageInvoker> Invoker => invoker;

        public long LastUse { get; set; }
    }
}

using System.Collections.Concurrent;

namespace PlainHttp;

/// <summary>Sends each request over TLS to the very instance that its address is meant to be. Thread-safe.</summary>
/// <remarks>One handler for each instance and key: a handler of .NET's has one set of TLS options, and a pin is one instance's.</remarks>
internal sealed class PinnedHandler(Reeve reeve) : HttpMessageHandler
{
    /// <summary>Instances that connections are kept to; beyond it all are let go, and those in use are made anew.</summary>
    private const int MaxInstances = 64;

    private readonly ConcurrentDictionary<string, Task<HttpMessageInvoker>> _instances = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!.Authority;
        var entry = reeve.Find(address) ?? throw new HttpRequestException($"{address} is no instance that the reeve has named: nothing is sent there.");
        var key = $"{address} {entry.KeyHash.ToBase64()}";
        if (_instances.Count > MaxInstances)
            _instances.Clear();
        var made = _instances.GetOrAdd(key, _ => MakeAsync());
        try
        {
            // What is plain to the caller is never so on the wire.
            request.RequestUri = new UriBuilder(request.RequestUri) { Scheme = Uri.UriSchemeHttps }.Uri;
            return await (await made.WaitAsync(cancellationToken)).SendAsync(request, cancellationToken);
        }
        catch when (made.IsFaulted)
        {
            _instances.TryRemove(new(key, made));
            throw;
        }

        async Task<HttpMessageInvoker> MakeAsync() => new(new SocketsHttpHandler { SslOptions = await reeve.TlsForAsync(entry), UseProxy = false, AllowAutoRedirect = false });
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var made in _instances.Values)
        {
            if (disposing && made.IsCompletedSuccessfully)
                made.Result.Dispose();
        }
        base.Dispose(disposing);
    }
}

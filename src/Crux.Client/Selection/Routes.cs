using System.Collections.Concurrent;
using Crux.Client.Connect;

namespace Crux.Client.Selection;

/// <summary>The routes of one service provider: made at first use, closed with it. Thread-safe.</summary>
internal sealed class Routes : IAsyncDisposable, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Route>> _routes = new(StringComparer.Ordinal);

    public Route Get(string name, Selector selector, CruxClientOptions options) =>
        _routes.GetOrAdd(
            name,
            _ => new Lazy<Route>(() => new Route(CruxProcess.Lease(options.Socket, options.ReconnectPause, options.HoldPeriod), selector, options))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var route in _routes.Values)
            await route.Value.DisposeAsync();
    }

    // A provider that is disposed synchronously takes no IAsyncDisposable alone.
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();
}

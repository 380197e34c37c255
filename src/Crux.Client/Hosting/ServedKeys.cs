using System.Collections.Immutable;
using Crux.Client.Connect;
using Crux.Protos;

namespace Crux.Client.Hosting;

/// <summary>
/// The keys of one endpoint: the one that it shows, the one that it will show next, and the last one, for which callers' keys still
/// count. A new key is published before it is shown, and what stood under the old one ends where it began. Thread-safe.
/// </summary>
internal sealed class ServedKeys
{
    private readonly CruxProcess _process;
    private readonly ImmutableArray<string> _services;
    private readonly string _group;
    private readonly TimeSpan _overlap;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _vouched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Keys _keys;
    private volatile NodeInfo? _node;
    private int _turns;

    /// <param name="process">The way to the node.</param>
    /// <param name="services">The instances that are served; the first one gives the name.</param>
    /// <param name="group">Their group; empty for the flock's own.</param>
    /// <param name="overlap">How long a new key is published before it is shown.</param>
    public ServedKeys(CruxProcess process, IEnumerable<string> services, string group, TimeSpan overlap)
    {
        (_process, _services, _group, _overlap) = (process, [.. services.Distinct()], group, overlap);
        _keys = new(new ServedKey(_services[0]), Next: null, Last: null);
    }

    /// <summary>Raised when beats have something new to say.</summary>
    public event Action? Announced;

    /// <summary>Raised when keys that were signed for an older key of this endpoint count no more.</summary>
    public event Action? Dropped;

    /// <summary>The instances that are served.</summary>
    public IReadOnlyList<string> Services => _services;

    /// <summary>What handshakes show.</summary>
    public ServedKey Current => _keys.Current;

    /// <summary>What they will show next; null where nothing is planned.</summary>
    public ServedKey? Next => _keys.Next;

    /// <summary>The node that vouches; null until it does.</summary>
    public NodeInfo? Node => _node;

    /// <summary>Completes when a node has answered for the first time, vouching or not.</summary>
    public Task Answered => _answered.Task;

    /// <summary>How often the key was replaced.</summary>
    public int Turns => Volatile.Read(ref _turns);

    /// <summary>Whether a caller's key that was signed for <paramref name="destination"/> may be used here.</summary>
    public bool Accepts(ReadOnlySpan<byte> destination)
    {
        var keys = _keys;
        return destination.SequenceEqual(keys.Current.Pin)
            || (keys.Next is { } next && destination.SequenceEqual(next.Pin))
            || (keys.Last is { } last && destination.SequenceEqual(last));
    }

    /// <summary>Has the node vouch, again each time it comes back, and replaces the key when the node says so.</summary>
    /// <param name="endpoint">Where it listens.</param>
    public async Task RunAsync(string endpoint, CancellationToken stop)
    {
        var link = _process.Link;
        var seen = 0;
        var vouching = link.KeepAsync(
            async token =>
            {
                var epoch = await link.WaitPastAsync(seen, token);
                var keys = _keys;
                _node = await keys.Current.EnrollAsync(link, Request(endpoint), token);
                if (keys.Next is { } next)
                    await next.EnrollAsync(link, Request(endpoint), token);
                seen = epoch;
                _answered.TrySetResult();
                _vouched.TrySetResult();
            },
            exception =>
            {
                if (exception is Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.PermissionDenied or Grpc.Core.StatusCode.InvalidArgument })
                    _answered.TrySetResult();
            },
            stop);
        await Task.WhenAll(vouching, link.KeepAsync(token => TurnAsync(endpoint, token), ended: null, stop));
    }

    private async Task TurnAsync(string endpoint, CancellationToken stop)
    {
        await _vouched.Task.WaitAsync(stop);
        while (true)
        {
            var turn = await _process.Turns.WaitPastAsync(_services[0], Current.Generation, stop);
            var next = new ServedKey(_services[0]);
            await next.EnrollAsync(_process.Link, Request(endpoint), stop);
            _keys = _keys with { Next = next };
            Announced?.Invoke();
            if (!turn.IsUrgent)
                await Task.Delay(_overlap, _process.Link.Time, stop);
            _keys = new(next, Next: null, Last: turn.IsUrgent ? null : _keys.Current.Pin);
            Interlocked.Increment(ref _turns);
            Announced?.Invoke();
            Dropped?.Invoke();
        }
    }

    private EnrollRequest Request(string endpoint) => new() { Service = _services[0], Group = _group, Endpoint = endpoint, Also = { _services.Skip(1) } };

    private sealed record Keys(ServedKey Current, ServedKey? Next, byte[]? Last);
}

using System.Runtime.CompilerServices;
using Crux.Protos;

namespace Crux.Services.Operator;

/// <summary>
/// What happens on this node, told to whoever watches now. Anything on the node may publish: the bootstrap its steps, the flock's
/// driver its alarms, the heartbeater its verdicts.
/// </summary>
/// <remarks>Thread-safe. With nobody watching, publishing costs a lock and no more; nothing is kept.</remarks>
public sealed class OperatorEvents(TimeProvider time)
{
    /// <summary>How many events wait for one slow watcher. Beyond it the oldest are dropped, and the watcher is told how many.</summary>
    public const int MaxWaiting = 1024;

    private readonly Lock _gate = new();
    private readonly List<OperatorWatcher> _watchers = [];

    /// <summary>Tells everybody who watches.</summary>
    /// <param name="kind">One of <c>member</c>, <c>leader</c>, <c>service</c>, <c>steward</c>, <c>boot</c>, <c>alarm</c>, <c>log</c>, <c>order</c>.</param>
    /// <param name="text">The whole story in one sentence.</param>
    public void Publish(string kind, string text)
    {
        lock (_gate)
        {
            if (_watchers.Count == 0)
                return;
            var happened = new Event { UnixMs = time.GetUtcNow().ToUnixTimeMilliseconds(), Kind = kind, Text = text };
            foreach (var watcher in _watchers)
                watcher.Post(happened);
        }
    }

    /// <summary>Everything published from this call on, until cancelled.</summary>
    public IAsyncEnumerable<Event> WatchAsync(CancellationToken cancellationToken)
    {
        // Joined here and not at the first read: what happens in between belongs to the watcher too.
        var watcher = new OperatorWatcher(MaxWaiting);
        lock (_gate)
            _watchers.Add(watcher);
        return ReadAsync(watcher, cancellationToken);
    }

    private async IAsyncEnumerable<Event> ReadAsync(OperatorWatcher watcher, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in watcher.Events.ReadAllAsync(cancellationToken))
            {
                if (watcher.TakeDropped() is var dropped and > 0)
                    yield return new Event { UnixMs = happened.UnixMs, Kind = "alarm", Text = $"{dropped} events were dropped here: the watcher reads too slowly." };
                yield return happened;
            }
        }
        finally
        {
            lock (_gate)
                _watchers.Remove(watcher);
        }
    }
}

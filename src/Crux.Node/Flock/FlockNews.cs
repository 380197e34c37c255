using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Crux.Machines.Flock.Events;

namespace Crux.Node.Flock;

/// <summary>Hands events to whoever listens now. A slow listener loses the oldest; nothing is kept for those who come later.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FlockNews
{
    /// <summary>How many events wait for one slow listener.</summary>
    public const int MaxWaiting = 1024;

    private readonly Lock _gate = new();
    private readonly List<Channel<FlockEvent>> _listeners = [];
    private bool _ended;

    public void Tell(FlockEvent news)
    {
        lock (_gate)
        {
            foreach (var listener in _listeners)
                listener.Writer.TryWrite(news);
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var listener in _listeners)
                listener.Writer.TryComplete();
        }
    }

    /// <summary>Everything told from this call on.</summary>
    public IAsyncEnumerable<FlockEvent> ListenAsync(CancellationToken cancellationToken)
    {
        var listener = Channel.CreateBounded<FlockEvent>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        // Joined here and not at the first read: what happens in between belongs to the listener too.
        lock (_gate)
        {
            _listeners.Add(listener);
            if (_ended)
                listener.Writer.TryComplete();
        }
        return ReadAsync(listener, cancellationToken);
    }

    private async IAsyncEnumerable<FlockEvent> ReadAsync(Channel<FlockEvent> listener, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var news in listener.Reader.ReadAllAsync(cancellationToken))
                yield return news;
        }
        finally
        {
            lock (_gate)
                _listeners.Remove(listener);
        }
    }
}

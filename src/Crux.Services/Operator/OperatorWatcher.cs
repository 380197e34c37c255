using System.Threading.Channels;
using Crux.Protos;

namespace Crux.Services.Operator;

/// <summary>One watcher's queue: bounded, and it counts what it had to drop.</summary>
internal sealed class OperatorWatcher
{
    private readonly Channel<Event> _waiting;
    private long _dropped;

    public OperatorWatcher(int limit) => _waiting = Channel.CreateBounded<Event>(
        new BoundedChannelOptions(limit) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _dropped));

    public ChannelReader<Event> Events => _waiting.Reader;

    public void Post(Event happened) => _waiting.Writer.TryWrite(happened);

    public long TakeDropped() => Interlocked.Exchange(ref _dropped, 0);
}

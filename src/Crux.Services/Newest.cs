using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Crux.Services;

/// <summary>A value that a machine's loop replaces and anybody reads or follows. A slow reader skips to the newest.</summary>
internal sealed class Newest<T>(MachineLoop loop, T first) where T : class
{
    private readonly List<Channel<T>> _readers = [];
    private T _value = first;

    /// <summary>The newest value, on any thread.</summary>
    public T Value => Volatile.Read(ref _value);

    /// <summary>Replaces the value; whoever follows is told where that is news. Only the loop calls this.</summary>
    public void Replace(T value, bool isNews)
    {
        Volatile.Write(ref _value, value);
        if (!isNews)
            return;
        foreach (var reader in _readers)
            reader.Writer.TryWrite(value);
    }

    /// <summary>The value now, and after every change that is news. Ends with <see cref="End"/>.</summary>
    public async IAsyncEnumerable<T> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        await loop.PostAsync(
            _ =>
            {
                _readers.Add(channel);
                channel.Writer.TryWrite(_value);
            },
            cancellationToken);
        try
        {
            await foreach (var value in channel.Reader.ReadAllAsync(cancellationToken))
                yield return value;
        }
        finally
        {
            loop.TryPost(_ => _readers.Remove(channel));
        }
    }

    /// <summary>Ends every reader. Only after the loop has ended.</summary>
    public void End()
    {
        foreach (var reader in _readers)
            reader.Writer.TryComplete();
    }
}

using System.Threading.Channels;
using Crux.Machines.Registry;

namespace Crux.Services.Steward;

/// <summary>The steward's end of one reeve's stream.</summary>
internal sealed class AttendStream(ulong id, NodeId node, CancellationToken call) : IDisposable
{
    /// <summary>How many pushes may wait for a slow reeve. Beyond it the stream is ended, and the next one begins anew.</summary>
    public const int MaxWaitingPushes = 4096;

    private readonly CancellationTokenSource _life = CancellationTokenSource.CreateLinkedTokenSource(call);
    private readonly Channel<SharedPush> _pushes = Channel.CreateBounded<SharedPush>(new BoundedChannelOptions(MaxWaitingPushes) { SingleReader = true });
    private StreamEnd? _end;

    /// <summary>Its number.</summary>
    public ulong Id => id;

    /// <summary>Whose it is.</summary>
    public NodeId Node => node;

    /// <summary>Cancelled when the stream is over, from whichever end.</summary>
    public CancellationToken Life => _life.Token;

    /// <summary>What is to be sent.</summary>
    public ChannelReader<SharedPush> Pushes => _pushes.Reader;

    /// <summary>Why it was ended from here; null where the call itself ended.</summary>
    public StreamEnd? Ended => Volatile.Read(ref _end);

    /// <summary>Puts a push in the queue; false where the reeve is too slow.</summary>
    public bool TrySend(SharedPush push) => _pushes.Writer.TryWrite(push);

    /// <summary>Ends the stream at once, whatever still waits.</summary>
    public void End(StreamEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
            _ = _life.CancelAsync();
    }

    public void Dispose() => _life.Dispose();
}

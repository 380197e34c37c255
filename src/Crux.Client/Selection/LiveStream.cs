using System.Net.Sockets;

namespace Crux.Client.Selection;

/// <summary>A connection's socket, which says when it is closed by whichever side.</summary>
internal sealed class LiveStream(Socket socket, Action<LiveStream> closed) : NetworkStream(socket, ownsSocket: true)
{
    private int _isClosed;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Interlocked.Exchange(ref _isClosed, 1) == 0)
            closed(this);
    }
}

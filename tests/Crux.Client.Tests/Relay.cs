using System.Net;
using System.Net.Sockets;

namespace Crux.Client.Tests;

/// <summary>
/// The network before one service. Silenced, it is what a machine is that stopped without a word: connections stand, new ones are
/// accepted, and not a byte arrives any more.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly NetAddress _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly Lock _lock = new();
    private readonly Task _accepting;
    private volatile bool _isSilent;
    private volatile bool _isSilentToNew;
    private int _accepted;

    public Relay(NetAddress target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public NetAddress Address => NetAddress.From((IPEndPoint)_listener.LocalEndpoint);

    /// <summary>Connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Nothing is passed on any more, either way.</summary>
    public void Silence() => _isSilent = true;

    /// <summary>New connections are served again; those that were silenced stay so.</summary>
    public void Speak() => _isSilent = false;

    /// <summary>Connections that stand go on; later ones are silent.</summary>
    public void SilenceNew() => _isSilentToNew = true;

    /// <summary>Ends every connection that stands; new ones are welcome.</summary>
    public void Cut()
    {
        lock (_lock)
            _sockets.ForEach(socket => socket.Dispose());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                lock (_lock)
                    _sockets.Add(near);
                if (!_isSilent && !_isSilentToNew)
                    await JoinAsync(near);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task JoinAsync(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        lock (_lock)
            _sockets.Add(far);
        await far.ConnectAsync(_target.ToEndPoint(), _stop.Token);
        _ = PumpAsync(near, far);
        _ = PumpAsync(far, near);
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var read and > 0)
            {
                if (_isSilent)
                    await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                await to.SendAsync(buffer.AsMemory(0, read), _stop.Token);
            }
            from.Dispose();
            to.Dispose();
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut, or one end has closed: so does the other.
            from.Dispose();
            to.Dispose();
        }
    }
}

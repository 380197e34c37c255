using System.Net;
using System.Net.Sockets;

namespace Crux.Testing.Network;

/// <summary>
/// One connection between two machines of a test. While a way is cut nothing goes that way, not even the end of the connection: what is sent
/// waits in the sender's buffers, as it does where a cable was pulled.
/// </summary>
internal sealed class Road : IDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly TestNetwork _network;
    private readonly Socket _near;
    private readonly Socket _far;
    private readonly CancellationTokenSource _stop = new();

    private Road(TestNetwork network, Machine from, Machine to, Socket near, Socket far) => (_network, From, To, _near, _far) = (network, from, to, near, far);

    /// <summary>Whose process opened it.</summary>
    public Machine From { get; }

    /// <summary>Whose process listens.</summary>
    public Machine To { get; }

    /// <summary>Connects to what listens at <paramref name="target"/>; returns the opener's end.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<(Road Road, Socket End)> OpenAsync(TestNetwork network, Machine from, Machine to, NetAddress target, CancellationToken cancellation)
    {
        var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Whom it serves sees it come from the machine that it comes from.
            far.Bind(from.Host.ToEndPoint());
            await far.ConnectAsync(target.ToEndPoint(), cancellation);
            var (end, near) = await PairAsync(cancellation);
            var road = new Road(network, from, to, near, far);
            return (road, end);
        }
        catch
        {
            far.Dispose();
            throw;
        }
    }

    /// <summary>Begins to carry; completes when both ways have ended.</summary>
    public Task CarryAsync() => Task.WhenAll(PumpAsync(_near, _far, From, To), PumpAsync(_far, _near, To, From));

    /// <summary>Both ends learn that it is broken, as from a machine that has restarted and knows nothing of it.</summary>
    public void Reset()
    {
        foreach (var socket in (Socket[])[_near, _far])
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, 0);
            }
            catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
            {
                // Closed already.
            }
        }
        Dispose();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _near.Dispose();
        _far.Dispose();
    }

    private static async Task<(Socket One, Socket Other)> PairAsync(CancellationToken cancellation)
    {
        using var door = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        door.Listen();
        var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await one.ConnectAsync(door.LocalEndPoint!, cancellation);
            while (true)
            {
                var other = await door.AcceptAsync(cancellation);
                if (Equals(other.RemoteEndPoint, one.LocalEndPoint))
                {
                    other.NoDelay = true;
                    return (one, other);
                }
                // Some other program of this machine came to the open port.
                other.Dispose();
            }
        }
        catch
        {
            one.Dispose();
            throw;
        }
    }

    private async Task PumpAsync(Socket source, Socket target, Machine from, Machine to)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (true)
            {
                var read = await source.ReceiveAsync(buffer, _stop.Token);
                await _network.UntilOpenAsync(from, to, _stop.Token);
                if (read == 0)
                {
                    target.Shutdown(SocketShutdown.Send);
                    return;
                }
                for (var sent = 0; sent < read;)
                    sent += await target.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
            }
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            await BreakAsync(from, to);
        }
    }

    // One end was reset: the other learns it, once it can be told.
    private async Task BreakAsync(Machine from, Machine to)
    {
        try
        {
            await _network.UntilOpenAsync(from, to, _stop.Token);
            Reset();
        }
        catch (OperationCanceledException)
        {
            // Broken already.
        }
    }
}

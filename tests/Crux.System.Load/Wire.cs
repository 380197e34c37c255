using System.Net;
using System.Net.Sockets;

namespace Crux.System.Load;

/// <summary>Datagrams back and forth: how the lab proves that its own wires carry, and that a cut wire doesn't.</summary>
internal static class Wire
{
    private const int AttemptLimit = 20;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends back whatever arrives, until stopped.</summary>
    public static async Task<int> EchoAsync(IPEndPoint bind, CancellationToken stopping)
    {
        using var socket = new UdpClient(bind);
        Console.WriteLine("listening");
        while (!stopping.IsCancellationRequested)
        {
            var datagram = await socket.ReceiveAsync(stopping);
            await socket.SendAsync(datagram.Buffer, datagram.RemoteEndPoint, stopping);
        }
        return 0;
    }

    /// <summary>Takes a TCP port and does nothing with it, until stopped.</summary>
    public static async Task<int> ListenAsync(IPEndPoint bind, CancellationToken stopping)
    {
        using var listener = new TcpListener(bind);
        listener.Start();
        Console.WriteLine("listening");
        await Task.Delay(Timeout.Infinite, stopping);
        return 0;
    }

    /// <summary>Exit code 0 as soon as one datagram came back, 1 if none did.</summary>
    public static async Task<int> PingAsync(IPEndPoint to, CancellationToken stopping)
    {
        using var socket = new UdpClient(AddressFamily.InterNetwork);
        for (var attempt = 0; attempt < AttemptLimit; attempt++)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(AnswerLimit);
            try
            {
                await socket.SendAsync(new byte[] { (byte)attempt }, to, limit.Token);
                await socket.ReceiveAsync(limit.Token);
                return 0;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !stopping.IsCancellationRequested)
            {
                // Lost, or refused: the next attempt tells.
            }
        }
        return 1;
    }
}

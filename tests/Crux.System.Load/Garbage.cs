using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace Crux.System.Load;

/// <summary>
/// Sends garbage to one node, as fast as told and no longer than told: noise, the beginning of a true frame with random senders, and the
/// beginning of a true frame with its true sender, turn about. The true frame is one that was overheard: nodes look for others everywhere.
/// </summary>
internal static class Garbage
{
    /// <summary>The most that it sends a second, and the longest: it ends by itself, whoever started it.</summary>
    private const int MostPerSecond = 50_000, MostSeconds = 10;

    /// <summary>Sent before it looks at the clock again: a millisecond's worth at the highest rate.</summary>
    private const int Batch = 50;

    private const int Templates = 1_024;

    /// <summary>Version, form, flock tag and generation; and the sender's salt as well.</summary>
    private const int KindBytes = 6, SenderBytes = 14;

    private static readonly IPNetwork Lab = IPNetwork.Parse("10.77.0.0/16"), Loopback = IPNetwork.Parse("127.0.0.0/8");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Listens where nodes look for others, and prints from whom the first frame of each of some came, and how it begins.</summary>
    public static int Overhear(Arguments arguments)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        socket.Bind(IPEndPoint.Parse(arguments.Required("bind")));
        var buffer = new byte[2048];
        var heard = new HashSet<IPAddress>();
        while (heard.Count < arguments.Number("sources", 1))
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            var length = socket.ReceiveFrom(buffer, ref from);
            if (length > SenderBytes && heard.Add(((IPEndPoint)from).Address))
                Console.Out.Write($"{((IPEndPoint)from).Address} {Convert.ToHexString(buffer, 0, SenderBytes)}\n");
        }
        return 0;
    }

    public static int Run(Arguments arguments, CancellationToken stopping)
    {
        var to = IPEndPoint.Parse(arguments.Required("to"));
        if (!Lab.Contains(to.Address) && !Loopback.Contains(to.Address))
            throw new ArgumentException($"{to} is no host of the lab, and garbage goes nowhere else.");
        var rate = Math.Min(arguments.Number("per-second", MostPerSecond), MostPerSecond);
        var seconds = Math.Min(arguments.Number("seconds", MostSeconds), MostSeconds);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(arguments.Required("bind")), to.Port));
        var datagrams = Make(Convert.FromHexString(arguments.Required("copy")), arguments.Number("bytes", 200));
        var (sent, refused, begun) = (0L, 0L, Stopwatch.GetTimestamp());
        var address = to.Serialize();
        for (var elapsed = TimeSpan.Zero; elapsed.TotalSeconds < seconds && !stopping.IsCancellationRequested; elapsed = Stopwatch.GetElapsedTime(begun))
        {
            if (sent + refused >= elapsed.TotalSeconds * rate)
            {
                stopping.WaitHandle.WaitOne(Pause);
                continue;
            }
            for (var i = 0; i < Batch; i++)
            {
                try
                {
                    socket.SendTo(datagrams[(sent + refused) % Templates], SocketFlags.None, address);
                    sent++;
                }
                catch (SocketException)
                {
                    refused++;
                }
            }
        }
        var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Console.Out.Write(JsonSerializer.Serialize(new { sent, refused, seconds = took, perSecond = sent / took, cpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds }) + "\n");
        return 0;
    }

    private static byte[][] Make(byte[] header, int bytes)
    {
        var datagrams = new byte[Templates][];
        for (var i = 0; i < Templates; i++)
        {
            datagrams[i] = RandomNumberGenerator.GetBytes(bytes);
            var copied = (i % 3) switch { 0 => 0, 1 => KindBytes, _ => SenderBytes };
            header.AsSpan(0, copied).CopyTo(datagrams[i]);
        }
        return datagrams;
    }
}

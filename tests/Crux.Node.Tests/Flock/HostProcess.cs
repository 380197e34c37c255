using System.Net;
using System.Net.Sockets;
using Crux.Machines.Flock.Events;
using Crux.Node.Confab;

namespace Crux.Node.Tests.Flock;

/// <summary>
/// What this program does when a test starts it as a host: one node in a namespace of its own, which tells on standard output what
/// it sees until standard input ends.
/// </summary>
internal static class HostProcess
{
    /// <summary>The first argument of a host: <c>host flock|shout|listen ADDRESS ...</c>, <c>host connect SOCKET</c>.</summary>
    public const string Verb = "host";

    /// <summary>Datagrams to the member that a shouting host sends.</summary>
    public const int Beats = 60;

    private const int GuessesPerBeat = 200;

    public static Task<int> RunAsync(string[] args) => args switch
    {
        ["flock", var name, var address, .. var ranges] => FlockAsync(name, Open(address, ranges)),
        ["listen", var address] => ListenAsync(Open(address, "10.0.0.0/8")),
        ["shout", var address, var member, var silent] => ShoutAsync(Open(address, silent), Parse(member)),
        ["connect", var socket] => ConnectAsync(socket),
        ["shout-through-one", var address, var member, var silent] => ShoutThroughOneAsync(Parse(address), Parse(member), silent),
        _ => throw new ArgumentException($"A host does not know '{string.Join(' ', args)}'."),
    };

    /// <summary>A node of the tests' flock. Tells of every view and of every member that it doubts or loses.</summary>
    private static async Task<int> FlockAsync(string name, UdpConfab confab)
    {
        await using var node = new TestNode(name, confab);
        var views = TellViewsAsync(node);
        var news = TellNewsAsync(node);
        node.Driver.Start();
        await Console.In.ReadToEndAsync();
        Console.WriteLine($"SENT {node.Driver.Traffic.DatagramsSent} DROPPED {node.Driver.Traffic.DroppedOutbound} PROBED {node.Driver.Counters.Probed}");
        await node.Driver.StopAsync();
        await Task.WhenAll(views, news);
        return 0;
    }

    private static async Task TellViewsAsync(TestNode node)
    {
        await foreach (var view in node.Driver.WatchAsync(CancellationToken.None))
            Console.WriteLine($"VIEW {view.Members.Length} {view.Leader?.Brief ?? "none"} {(view.IsSettled ? "settled" : "moving")}");
    }

    private static async Task TellNewsAsync(TestNode node)
    {
        await foreach (var one in node.Driver.WatchEventsAsync(CancellationToken.None))
        {
            if (one is MemberLeft or MemberDoubted or PartitionSeen)
                Console.WriteLine($"LOST {one.Text}");
        }
    }

    /// <summary>Opens a Unix socket and says nothing.</summary>
    private static async Task<int> ConnectAsync(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        Console.WriteLine("READY");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Counts what arrives.</summary>
    private static async Task<int> ListenAsync(UdpConfab confab)
    {
        await using var own = confab;
        using var told = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        confab.OnArrival(() => told.Release());
        var received = 0;
        var counting = Task.Run(async () =>
        {
            var buffer = new byte[2048];
            while (true)
            {
                while (confab.TryReceive(buffer, out _, out _))
                    received++;
                await told.WaitAsync(stop.Token);
            }
        });
        Console.WriteLine("READY");
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await counting.ContinueWith(_ => { }, TaskScheduler.Default);
        Console.WriteLine($"RECEIVED {received}");
        return 0;
    }

    /// <summary>Beats to a member while it guesses at ever new addresses of a silent range, as a node does.</summary>
    private static async Task<int> ShoutAsync(UdpConfab confab, NetAddress member)
    {
        await using var own = confab;
        await BeatAsync(confab.Neighbourhood[0], beat => confab.Send(member, beat, Reach.Proven), (to, guess) => confab.Send(to, guess, Reach.Unproven));
        Console.WriteLine($"SENT {confab.Counters.DatagramsSent} DROPPED {confab.Counters.DroppedOutbound}");
        return 0;
    }

    /// <summary>The same through one ordinary socket, as the system makes it.</summary>
    private static async Task<int> ShoutThroughOneAsync(NetAddress address, NetAddress member, string silent)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        socket.Bind(address.ToEndPoint());
        var (sent, dropped) = (0, 0);
        await BeatAsync(Range(silent), beat => Send(member, beat), Send);
        Console.WriteLine($"SENT {sent} DROPPED {dropped}");
        return 0;

        void Send(NetAddress to, byte[] bytes)
        {
            try
            {
                socket.SendTo(bytes, to.ToEndPoint());
                sent++;
            }
            catch (SocketException)
            {
                dropped++;
            }
        }
    }

    private static async Task BeatAsync(AddressRange silent, Action<byte[]> beat, Action<NetAddress, byte[]> guess)
    {
        // Above every address that a test gives to a host.
        var next = 0x1000u;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        for (var i = 0; i < Beats; i++)
        {
            beat([1]);
            for (var j = 0; j < GuessesPerBeat; j++)
                guess(silent.At(next++, 23123), [2]);
            await pace.WaitForNextTickAsync();
        }
    }

    private static UdpConfab Open(string address, params string[] ranges) => UdpConfab.Open(Parse(address), [.. ranges.Select(Range)]);

    private static AddressRange Range(string text) => AddressRange.TryParse(text, out var range) ? range : throw new ArgumentException(text);

    private static NetAddress Parse(string address) => NetAddress.From(IPEndPoint.Parse(address));
}

using System.Net;
using System.Net.Sockets;
using Crux.Node.Security;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests;

/// <summary>Real nodes in this process, each on a loopback address of its own, in eight addresses that no other test uses.</summary>
internal sealed class LoopbackFlock : IAsyncDisposable
{
    public const int Port = CruxNodeOptions.DefaultPort;

    private const uint Loopback = 0x7F00_0000;
    private const int PrefixLength = 29;

    // By process and by flock: test runs beside each other on one machine don't meet either.
    private static readonly uint Block = (uint)Environment.ProcessId % 96 + 32;
    private static int s_flocks;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<CruxNode> _nodes = [];
    private readonly List<GrpcChannel> _channels = [];

    public LoopbackFlock()
    {
        Range = new AddressRange(Loopback | (Block << 16) | (uint)(Interlocked.Increment(ref s_flocks) << 3), PrefixLength);
        FlockFilePath = NewFlockFile("mill");
    }

    public AddressRange Range { get; }

    public string FlockFilePath { get; }

    public TemporaryDirectory Directory => _directory;

    public string NewFlockFile(string name)
    {
        var path = _directory[$"{name}.flock"];
        using var key = OperatorKey.Create();
        FlockFile.Create(key.PublicKey).Write(path);
        return path;
    }

    public NetAddress AddressOf(int number) => Range.At((uint)number, Port);

    /// <summary>Options of the node with this number: same number, same address, key and socket.</summary>
    public CruxNodeOptions Options(int number, string? flockFile = null) => new()
    {
        Flock = "mill",
        Bloc = "tests",
        FlockFile = flockFile ?? FlockFilePath,
        Address = AddressOf(number).ToIPAddress().ToString(),
        Ranges = [Range.ToString()],
        Name = $"node{number}",
        StateDirectory = _directory[$"s{number}"],
        Socket = _directory[$"{number}.sock"],
    };

    /// <summary>The same, of a node that looks at these addresses only.</summary>
    public CruxNodeOptions OptionsOf(int number, params string[] contacts)
    {
        var options = Options(number);
        options.Ranges[0] = AddressRange.Around(AddressOf(number), 32).ToString();
        foreach (var contact in contacts)
            options.Contacts.Add(contact);
        return options;
    }

    /// <summary>The same, of a node at ::1, where a port of its own tells it from the others; they are its contacts.</summary>
    public CruxNodeOptions OptionsOfV6(int number, IReadOnlyList<int> ports)
    {
        var options = Options(number);
        (options.Address, options.Port) = ("::1", ports[number - 1]);
        options.Ranges[0] = "::1/128";
        foreach (var port in ports)
            options.Contacts.Add($"[::1]:{port}");
        return options;
    }

    /// <summary>Ports of ::1 that nobody has, UDP or TCP.</summary>
    public static IReadOnlyList<int> FreePorts(int count)
    {
        var sockets = new List<Socket>();
        try
        {
            while (sockets.Count < 2 * count)
            {
                var udp = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
                sockets.Add(udp);
                udp.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
                var tcp = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(tcp);
                tcp.Bind(udp.LocalEndPoint!);
            }
            return [.. sockets.Where(socket => socket.ProtocolType == ProtocolType.Udp).Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>A node that has not started; it ends with the flock.</summary>
    public CruxNode Node(int number, string? flockFile = null) => Node(Options(number, flockFile));

    public CruxNode Node(CruxNodeOptions options, ILoggerFactory? loggers = null)
    {
        var node = new CruxNode(options, loggers ?? NullLoggerFactory.Instance);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Starts nodes 1 to <paramref name="count"/> and waits until all of them have found their place with each other.</summary>
    public async Task<CruxNode[]> StartAsync(int count)
    {
        var nodes = Enumerable.Range(1, count).Select(number => Node(number)).ToArray();
        await Task.WhenAll(nodes.Select(node => node.StartAsync(TestContext.Current.CancellationToken)));
        await Whole(nodes);
        return nodes;
    }

    /// <summary>Waits until these nodes see exactly each other, agree on a leader among them, and have a steward that has heard all.</summary>
    public static Task Whole(params CruxNode[] nodes) => Eventually.True(
        () => nodes.All(node => node.View.Current is { IsSettled: true } view && view.Members.Length == nodes.Length)
            && nodes.Select(node => node.View.Current.Leader).Distinct().Count() == 1
            && nodes.Any(node => node.Id == nodes[0].View.Current.Leader)
            && nodes.All(node => node.Boot.IsBooted),
        "the nodes to become one flock with a leader and a steward");

    /// <summary>A channel to a node's Unix socket, as a local process has it.</summary>
    public GrpcChannel Channel(CruxNode node)
    {
        var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.SocketPath), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            },
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return channel;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            channel.Dispose();
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        _directory.Dispose();
    }
}

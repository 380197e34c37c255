using System.Net.Sockets;

namespace Crux.Cli.Tests;

public sealed class NodeSocketTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Where_somebody_fills_the_queue_of_the_socket_the_next_waits_its_turn()
    {
        using var folder = new TemporaryFolder();
        var endpoint = new UnixDomainSocketEndPoint(folder.At("reeve.sock"));
        using var door = NewSocket();
        door.Bind(endpoint);
        door.Listen(1);
        using var flood = new Crowd(endpoint);

        var connecting = NodeSocket.ConnectAsync(folder.At("reeve.sock"), Patience, TestContext.Current.CancellationToken);
        for (var i = 0; i < flood.Count; i++)
            door.Accept().Dispose();

        using var connected = await connecting;
        using var served = door.Accept();
        Assert.True(connected.Connected);
    }

    [Fact]
    public async Task Where_its_turn_never_comes_the_failure_says_that_the_node_is_overloaded()
    {
        using var folder = new TemporaryFolder();
        var endpoint = new UnixDomainSocketEndPoint(folder.At("reeve.sock"));
        using var door = NewSocket();
        door.Bind(endpoint);
        door.Listen(1);
        using var flood = new Crowd(endpoint);

        var failure = await Assert.ThrowsAsync<Failure>(() => NodeSocket.ConnectAsync(folder.At("reeve.sock"), TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        Assert.Contains("overloaded", failure.Message, StringComparison.Ordinal);
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <summary>As many connections as the kernel lets wait.</summary>
    private sealed class Crowd : IDisposable
    {
        private const int Most = 100;

        private readonly List<Socket> _sockets = [];

        public Crowd(UnixDomainSocketEndPoint endpoint)
        {
            while (_sockets.Count < Most)
            {
                var socket = NewSocket();
                socket.Blocking = false;
                try
                {
                    socket.Connect(endpoint);
                }
                catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
                {
                    socket.Dispose();
                    return;
                }
                _sockets.Add(socket);
            }
        }

        public int Count => _sockets.Count;

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }
}

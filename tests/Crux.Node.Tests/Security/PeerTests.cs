using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Crux.Node.Confab;
using Crux.Node.Security;
using Crux.Services.Operator;
using Crux.Protos;
using Crux.System.Load;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests.Security;

public sealed class PeerTests : IAsyncDisposable
{
    private readonly LoopbackFlock _flock = new();
    private readonly List<IDisposable> _owned = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_of_one_flock_call_each_other_and_a_stranger_is_refused_in_the_handshake()
    {
        var nodes = await _flock.StartAsync(2);
        var leader = nodes.Single(node => node.Id == nodes[0].View.Current.Leader);
        var other = nodes.Single(node => node != leader);
        // The other node's own files: its key is in the view.
        Assert.Equal(StatusCode.OK, await Call(NodeIdentity.Load(_flock.Directory[$"s{(other == nodes[0] ? 1 : 2)}"]), leader.View.Current.Find(leader.Id)!));
        var stranger = Identity("stranger");
        // A client of TLS 1.3 is through with the handshake before the server refuses it: the connection breaks under its first words, or under its call.
        Assert.True(await Call(stranger, leader.View.Current.Find(leader.Id)!) is StatusCode.Unavailable or StatusCode.Internal);
        Assert.False(await Speaks(leader.Address, stranger));
    }

    [Fact]
    public async Task A_caller_insists_on_the_very_node_that_it_means()
    {
        var (server, caller, meant) = (Identity("server"), Identity("caller"), Identity("meant"));
        var view = new FixedView(server.Id, MemberOf(server, 1), MemberOf(caller, 2), MemberOf(meant, 1));
        await using var host = await Serve(server, view);
        // It got through, to a host that serves nothing.
        Assert.Equal(StatusCode.Unimplemented, await Call(caller, MemberOf(server, 1)));
        // Both are members; the one that answers is not the one that was asked.
        Assert.Equal(StatusCode.Internal, await Call(caller, MemberOf(meant, 1)));
    }

    [Fact]
    public async Task A_connection_is_cut_as_soon_as_its_node_leaves_the_view()
    {
        var (server, caller) = (Identity("server"), Identity("caller"));
        var view = new FixedView(server.Id, MemberOf(server, 1), MemberOf(caller, 2));
        var connections = new PeerConnections(view);
        await using var host = await Serve(server, view, connections);
        await using var stream = await Connect(_flock.AddressOf(1), caller);
        Assert.True(await stream.ReadAsync(new byte[64], Cancel) > 0);
        await Eventually.True(() => connections.Count == 1, "the connection to be known");

        view.Become(MemberOf(server, 1));
        connections.Keep(view.Current);
        Assert.False(await IsOpen(stream));
        Assert.False(await Speaks(_flock.AddressOf(1), caller));
    }

    [Fact]
    public async Task A_call_fails_as_soon_as_its_node_leaves_the_view()
    {
        var (server, caller) = (Identity("server"), Identity("caller"));
        // Listens and never answers: a node that has gone silent.
        using var silent = new TcpListener(_flock.AddressOf(1).ToEndPoint());
        silent.Start();
        var view = new FixedView(caller.Id, MemberOf(server, 1), MemberOf(caller, 2));
        using var channels = new PeerChannels(new PeerTls(caller, view, new OperatorBoard(default)), _flock.AddressOf(2), Nobody, KernelNetwork.Instance);
        using var call = new Protos.Steward.StewardClient(channels.Connect(MemberOf(server, 1))).Attend(cancellationToken: Cancel);
        var answer = call.ResponseStream.MoveNext(Cancel);
        using var accepted = await silent.AcceptSocketAsync(Cancel);

        view.Become(MemberOf(caller, 2));
        channels.Keep(view.Current);
        var failed = await Assert.ThrowsAsync<RpcException>(() => answer);
        Assert.Contains(failed.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Cancelled]);
    }

    [Fact]
    public void One_channel_serves_a_node_until_its_next_incarnation_and_their_number_is_bounded()
    {
        var caller = Identity("caller");
        using var channels = new PeerChannels(new PeerTls(caller, new FixedView(caller.Id), new OperatorBoard(default)), _flock.AddressOf(2), Nobody, KernelNetwork.Instance);
        var member = MemberOf(Identity("server"), 1);
        var first = channels.Connect(member);
        Assert.Same(first, channels.Connect(member));
        var second = channels.Connect(member with { Incarnation = 2 });
        Assert.NotSame(first, second);
        for (ulong other = 1; other < PeerChannels.MaxChannels; other++)
            channels.Connect(member with { Id = new NodeId(other, 0) });
        Assert.Same(second, channels.Connect(member with { Incarnation = 2 }));
        channels.Connect(member with { Id = new NodeId(0, 1) });
        channels.Connect(member with { Id = new NodeId(0, 2) });
        Assert.Equal(PeerChannels.MaxChannels, channels.Count);
    }

    [Fact]
    public async Task Who_is_a_member_whose_key_has_not_come_waits_at_the_door_until_it_has()
    {
        var (server, caller) = (Identity("server"), Identity("caller"));
        var view = new FixedView(server.Id, MemberOf(server, 1)) { Unnamed = 1 };
        var sought = new List<NetAddress>();
        await using var host = await Serve(server, view, seek: hosts =>
        {
            sought.AddRange(hosts);
            view.Become(MemberOf(server, 1), MemberOf(caller, 5));
            return Task.FromResult(1);
        });
        Assert.Equal(StatusCode.Unimplemented, await Call(caller, MemberOf(server, 1)));
        Assert.Equal(_flock.AddressOf(5).WithPort(0), Assert.Single(sought));
    }

    [Fact]
    public async Task Who_comes_from_an_address_of_no_member_waits_for_nothing()
    {
        var (server, caller) = (Identity("server"), Identity("caller"));
        var view = new FixedView(server.Id, MemberOf(server, 1)) { Unnamed = 1 };
        await using var host = await Serve(server, view, seek: _ => Task.FromResult(0));
        Assert.NotEqual(StatusCode.Unimplemented, await Call(caller, MemberOf(server, 1)));
    }

    [Fact]
    public async Task A_member_that_asks_for_more_than_it_may_have_and_vanishes_leaves_nothing_behind()
    {
        var (server, caller) = (Identity("server"), Identity("caller"));
        var view = new FixedView(server.Id, MemberOf(server, 1), MemberOf(caller, 2));
        var connections = new PeerConnections(view);
        await using var host = await Serve(server, view, connections);
        var frames = new HostileFrames(new HostileDoor(_flock.AddressOf(1).ToEndPoint()), caller.Certificate, "/crux.v1.Steward/Attend");

        await frames.RunAsync(30_000, new CpuPace(0), Cancel);

        Assert.True(frames.Opened > 0);
        await Eventually.True(() => connections.Count == 0, "the connections to be let go of");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _owned)
            one.Dispose();
        await _flock.DisposeAsync();
    }

    private static void Nobody(IReadOnlyList<NetAddress> hosts, bool everybody)
    {
        // These views hold whoever there is.
    }

    private NodeIdentity Identity(string name)
    {
        var identity = NodeIdentity.Load(_flock.Directory[name]);
        _owned.Add(identity);
        return identity;
    }

    private Member MemberOf(NodeIdentity identity, int number) =>
        new() { Id = identity.Id, Name = identity.Id.Brief, Address = _flock.AddressOf(number), Incarnation = 1 };

    private async Task<PeerHost> Serve(NodeIdentity server, IGroupView view, PeerConnections? connections = null, Func<IReadOnlyList<NetAddress>, Task<int>>? seek = null, Action<IEndpointRouteBuilder>? map = null)
    {
        var host = new PeerHost(
            _flock.AddressOf(1), PeerHost.Take(_flock.AddressOf(1)), new PeerTls(server, view, new OperatorBoard(default)), new PeerDoor(view, seek ?? (_ => Task.FromResult(0))), connections ?? new PeerConnections(view), new OperatorConnections(new OperatorBoard(default), NullLoggerFactory.Instance), NullLoggerFactory.Instance, _ => { }, map ?? (_ => { }));
        await host.StartAsync(Cancel);
        return host;
    }

    private async Task<StatusCode> Call(NodeIdentity caller, Member member)
    {
        using var channels = new PeerChannels(new PeerTls(caller, new FixedView(caller.Id), new OperatorBoard(default)), _flock.AddressOf(5), Nobody, KernelNetwork.Instance);
        using var call = new Protos.Steward.StewardClient(channels.Connect(member)).List(new ListRequest(), cancellationToken: Cancel);
        try
        {
            await call.ResponseStream.MoveNext(Cancel);
            return StatusCode.OK;
        }
        catch (RpcException failed)
        {
            return failed.StatusCode;
        }
    }

    private static async Task<SslStream> Connect(NetAddress address, NodeIdentity caller)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.ToEndPoint(), Cancel);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(PinnedCertificate.ClientOptions(caller.Certificate, _ => true), Cancel);
        // HTTP/2 begins with the client's word: its preface and an empty SETTINGS frame.
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0], Cancel);
        return stream;
    }

    // In TLS 1.3 the caller has finished before the server has judged it: only a word from the server tells.
    private static async Task<bool> Speaks(NetAddress address, NodeIdentity caller)
    {
        try
        {
            await using var stream = await Connect(address, caller);
            return await stream.ReadAsync(new byte[64], Cancel) > 0;
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<bool> IsOpen(SslStream stream)
    {
        try
        {
            var buffer = new byte[1024];
            while (await stream.ReadAsync(buffer, Cancel) > 0)
            {
                // What was on its way when the connection was cut.
            }
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using System.Net.Sockets;
using Crux.Machines.Flock.Authority;
using Crux.Node.Security;
using Crux.Protos;
using Crux.Services.Operator;
using Crux.System.Load;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Node.Tests.Security;

/// <summary>A process that may open the socket and means no good. The kernel would say that all of them are this test's user, so the test says whose they are.</summary>
public sealed class SocketAttackTests : IAsyncDisposable
{
    private const int Frames = 5_000;
    private const int Waves = 4;

    private const uint Root = 0, Wild = 61_234, Other = 61_235;

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalHost _host;
    private uint _next;

    public SocketAttackTests()
    {
        var board = new OperatorBoard(default);
        _host = new LocalHost(
            Path, LocalHost.Take(Path), new OperatorConnections(board, NullLoggerFactory.Instance), new OperatorGate(board, OperatorRole.Trust, OperatorRole.None, NullLoggerFactory.Instance),
            NullLoggerFactory.Instance, services => services.AddSingleton(new StubReeve()), routes => routes.MapGrpcService<StubReeve>(), _ => Volatile.Read(ref _next));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Path => _directory["reeve.sock"];

    [Fact]
    public async Task A_user_that_opens_all_the_streams_it_can_has_its_share_and_others_are_answered()
    {
        await _host.StartAsync(Cancelled);
        var streams = new List<AsyncServerStreamingCall<WatchKeysReply>>();
        using var one = await OpenAsync(Wild);
        using var two = await OpenAsync(Wild);
        using var three = await OpenAsync(Wild);
        foreach (var line in (ChannelBase[])[one, two])
        {
            for (var i = 0; i < LocalHost.MaxStreamsPerConnection; i++)
                streams.Add(new Reeve.ReeveClient(line).WatchKeys(new WatchKeysRequest(), cancellationToken: Cancelled));
        }
        foreach (var stream in streams)
            Assert.True(await stream.ResponseStream.MoveNext(Cancelled));

        var refused = await Assert.ThrowsAsync<RpcException>(() => FindAsync(three));
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        using var root = await OpenAsync(Root);
        using var other = await OpenAsync(Other);
        await FindAsync(root);
        await FindAsync(other);
        streams.ForEach(stream => stream.Dispose());
        await Eventually.True(() => FindAsync(three).ContinueWith(call => call.IsCompletedSuccessfully, TaskScheduler.Default).GetAwaiter().GetResult(), "its streams have ended, so it may call again");
    }

    [Fact]
    public async Task A_user_that_opens_all_the_connections_it_can_has_its_share_and_others_are_let_in()
    {
        await _host.StartAsync(Cancelled);
        var idle = new List<Socket>();
        _next = Wild;
        for (var i = 0; i < LocalHost.MaxConnectionsPerUser + 8; i++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            // Blocking: the kernel keeps some hundred that wait, and another one waits its turn.
            socket.Connect(new UnixDomainSocketEndPoint(Path));
            idle.Add(socket);
        }
        // Those beyond its share are closed.
        await Eventually.True(() => idle.Count(socket => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0) == 8, "8 were too many");

        using var root = await OpenAsync(Root);
        using var other = await OpenAsync(Other);
        await FindAsync(root);
        await FindAsync(other);
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Frames_of_every_bad_kind_end_their_connection_or_nothing_and_root_is_answered_beside_them()
    {
        await _host.StartAsync(Cancelled);
        using var root = await OpenAsync(Root);
        _next = Wild;
        var frames = new HostileFrames(ConnectAsync, "/crux.v1.Reeve/Find");
        // A call begins beside each wave of frames, however quickly the wave is over.
        for (var wave = 0; wave < Waves; wave++)
        {
            var attack = frames.RunAsync(frames.Sent + Frames, new CpuPace(0), Cancelled);
            do
                await FindAsync(root);
            while (!attack.IsCompleted);
            await attack;
        }

        await FindAsync(root);
        Assert.True(frames.Sent >= Waves * Frames, $"{frames.Sent} frames");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.AbortAsync();
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task FindAsync(ChannelBase line) =>
        await new Reeve.ReeveClient(line).FindAsync(new FindRequest(), deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: Cancelled);

    // Opened at once, while it is said whose it is.
    private async Task<Grpc.Net.Client.GrpcChannel> OpenAsync(uint user)
    {
        _next = user;
        var line = LocalNode.Open(Path);
        await FindAsync(line);
        return line;
    }

    private async Task<Stream?> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync(HostileDoor.Preface, cancellationToken);
        return stream;
    }
}

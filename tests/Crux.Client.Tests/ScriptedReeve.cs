using System.Threading.Channels;
using Crux.Protos;
using Crux.Services.Reeve;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Client.Tests;

/// <summary>
/// A reeve that says what a test wants, when it wants; it vouches with the key of a real node, so that services of that node accept
/// who is enrolled here. For one channel.
/// </summary>
internal sealed class ScriptedReeve : Reeve.ReeveBase, IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-scripted-").FullName;
    private Channel<FindReply> _offers = Channel.CreateUnbounded<FindReply>();
    private readonly Channel<WatchNodesReply> _nodes = Channel.CreateUnbounded<WatchNodesReply>();
    private readonly LocalNode _behind;
    private WebApplication _host = null!;
    private ulong _revision;
    private int _lookUps;

    private ScriptedReeve(LocalNode behind) => _behind = behind;

    public string Socket => Path.Combine(_directory, "reeve.sock");

    /// <summary>What a look-up is told.</summary>
    public FindReply Answer { get; private set; } = new();

    /// <summary>How often a look-up came.</summary>
    public int LookUps => Volatile.Read(ref _lookUps);

    /// <summary>Knows the node of <paramref name="behind"/>, and offers nothing yet.</summary>
    public static async Task<ScriptedReeve> StartAsync(LocalNode behind)
    {
        var reeve = new ScriptedReeve(behind);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(reeve.Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(options => options.MaxSendMessageSize = null);
        builder.Services.AddSingleton(reeve);
        reeve._host = builder.Build();
        reeve._host.UseRouting();
        reeve._host.MapGrpcService<ScriptedReeve>();
        await reeve._host.StartAsync(TestContext.Current.CancellationToken);
        reeve.ShowNodes(behind.Self.Id);
        return reeve;
    }

    /// <summary>Changes the answer; tells the watchers only if <paramref name="isPushed"/>.</summary>
    public void Show(IEnumerable<Offer> offers, bool isPushed = true, StewardState steward = StewardState.Ready, string note = "")
    {
        Answer = new FindReply { Revision = ++_revision, Steward = steward, Note = note, Offers = { offers } };
        if (isPushed)
            _offers.Writer.TryWrite(Answer);
    }

    /// <summary>Ends the watch as a reeve does that stops; the next one that is opened hears what is shown from now on.</summary>
    public void EndWatch()
    {
        var ended = Interlocked.Exchange(ref _offers, Channel.CreateUnbounded<FindReply>());
        ended.Writer.Complete();
    }

    public void ShowNodes(params NodeId[] nodes) => ShowNodes(nodes, []);

    public void ShowNodes(NodeId[] nodes, NodeId[] shutOut) =>
        _nodes.Writer.TryWrite(new WatchNodesReply { NodeIds = { nodes.Select(ToProto) }, ShutOutIds = { shutOut.Select(ToProto) }, Revision = ++_revision });

    public override Task<EnrollReply> Enroll(EnrollRequest request, ServerCallContext context)
    {
        var statement = new IdentityStatement { Service = request.Service, Group = "demo", Endpoint = request.Endpoint, PublicKey = request.PublicKey, Destination = request.Destination, Also = { request.Also } };
        var node = new NodeInfo { NodeId = ByteString.CopyFrom(_behind.Self.Id.ToArray()), Name = _behind.Self.Name, Address = _behind.Self.Address.ToString(), FlockId = "lab/demo" };
        return Task.FromResult(new EnrollReply { Statement = new StatementSigner(_behind.Key).Sign(statement), Node = node });
    }

    public override Task<FindReply> Find(FindRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _lookUps);
        return Task.FromResult(Answer);
    }

    public override Task Watch(WatchRequest request, IServerStreamWriter<FindReply> responseStream, ServerCallContext context) =>
        PassOnAsync(_offers.Reader, responseStream, context);

    public override Task WatchNodes(WatchNodesRequest request, IServerStreamWriter<WatchNodesReply> responseStream, ServerCallContext context) =>
        PassOnAsync(_nodes.Reader, responseStream, context);

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _host.StopAsync(atOnce.Token);
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static ByteString ToProto(NodeId node) => ByteString.CopyFrom(node.ToArray());

    private static async Task PassOnAsync<T>(ChannelReader<T> replies, IServerStreamWriter<T> stream, ServerCallContext context)
    {
        try
        {
            await foreach (var reply in replies.ReadAllAsync(context.CancellationToken))
                await stream.WriteAsync(reply, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The watcher has left.
        }
    }
}

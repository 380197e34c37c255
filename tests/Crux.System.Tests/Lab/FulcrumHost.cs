using System.Net.Sockets;
using Crux.Protos;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.System.Tests.Lab;

/// <summary>One daemon on one host of the lab: its files, its lives, and what it says over its Unix socket.</summary>
internal sealed class FulcrumHost : IDisposable
{
    /// <summary>A node that doesn't answer within this time counts as one that doesn't answer.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly GrpcChannel _channel;
    private readonly Operator.OperatorClient _operator;
    private readonly NetLab _lab;
    private LabProcess? _process;

    public FulcrumHost(NetLab lab, LabHost host, string flockFile)
    {
        (_lab, Host, FlockFile) = (lab, host, flockFile);
        Socket = lab.Directory.In($"{host.Name}.sock");
        StateDirectory = lab.Directory.In($"{host.Name}.state");
        _channel = Connect();
        _operator = new Operator.OperatorClient(_channel);
    }

    public LabHost Host { get; }

    public string Name => Host.Name;

    /// <summary>The secret that it starts with.</summary>
    public string FlockFile { get; }

    public string Socket { get; }

    public string StateDirectory { get; }

    public LabProcess Process => _process ?? throw new InvalidOperationException($"{Name} was never started.");

    /// <summary>Starts it, or starts it again with the same files.</summary>
    public LabProcess Start(params IEnumerable<string> moreFlags) => StartAs(Name, moreFlags);

    /// <summary>Starts it under another name than its host's.</summary>
    public LabProcess StartAs(string name, params IEnumerable<string> moreFlags) => StartIn("tests", "lab", name, moreFlags);

    /// <summary>Starts it in another bloc or flock.</summary>
    public LabProcess StartIn(string bloc, string flock, string name, params IEnumerable<string> moreFlags) => _process = Host.Start(
        $"fulcrum-{Name}", Programs.Fulcrum,
        [
            "run", "--flock", flock, "--bloc", bloc, "--flock-file", FlockFile, "--name", name, "--state", StateDirectory, "--socket", Socket,
            .. moreFlags,
        ]);

    /// <summary>Runs <c>crux</c> against it.</summary>
    public LabProcess Crux(params IEnumerable<string> arguments) => _lab.Start($"crux-{Name}", Programs.CruxCli, [.. arguments, "--socket", Socket]);

    /// <summary>What it says of itself; null where it doesn't answer.</summary>
    public Task<GetStatusReply?> StatusAsync() => AskAsync(o => o.GetStatusAsync(new GetStatusRequest(), deadline: DateTime.UtcNow + AnswerLimit));

    /// <summary>Whom it sees; null where it doesn't answer.</summary>
    public Task<ListMembersReply?> MembersAsync() => AskAsync(o => o.ListMembersAsync(new ListMembersRequest(), deadline: DateTime.UtcNow + AnswerLimit));

    /// <summary>What the registry holds as this node knows it; null where it doesn't answer.</summary>
    public Task<ListServicesReply?> ServicesAsync() => AskAsync(o => o.ListServicesAsync(new ListServicesRequest(), deadline: DateTime.UtcNow + AnswerLimit));

    /// <summary>A line of one's own to its Unix socket.</summary>
    public GrpcChannel Connect() => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { ConnectCallback = async (_, cancellationToken) => await ConnectAsync(Socket, cancellationToken) },
        DisposeHttpClient = true,
    });

    public void Dispose() => _channel.Dispose();

    private async Task<T?> AskAsync<T>(Func<Operator.OperatorClient, AsyncUnaryCall<T>> ask) where T : class
    {
        try
        {
            return await ask(_operator);
        }
        catch (RpcException)
        {
            return null;
        }
    }

    private static async Task<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

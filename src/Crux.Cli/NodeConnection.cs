using System.Net.Sockets;
using Crux.Protos;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.Cli;

/// <summary>An open connection to a node, with one deadline over everything that the command asks.</summary>
internal sealed class NodeConnection : IDisposable
{
    // A whole registry comes in one answer: tens of thousands of entries fit.
    private const int MaxAnswerBytes = 64 << 20;

    private readonly GrpcChannel _channel;
    private readonly DateTime _deadline;

    private NodeConnection(Stream first, Func<CancellationToken, Task<Stream>> connect, DateTime deadline)
    {
        _deadline = deadline;
        Stream? opened = first;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            MaxReceiveMessageSize = MaxAnswerBytes,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                // A proxy of the environment is for the network; this goes where it was told to.
                UseProxy = false,
                ConnectCallback = async (_, token) => Interlocked.Exchange(ref opened, null) ?? await connect(token),
            },
        });
        var invoker = _channel.CreateCallInvoker();
        Operator = new Operator.OperatorClient(invoker);
        Reeve = new Reeve.ReeveClient(invoker);
        Rules = new RuleDesk.RuleDeskClient(invoker);
        Keys = new KeyTurns.KeyTurnsClient(invoker);
        KeyNames = new KeyNames.KeyNamesClient(invoker);
        Health = new HealthDesk.HealthDeskClient(invoker);
    }

    public Operator.OperatorClient Operator { get; }

    public Reeve.ReeveClient Reeve { get; }

    public RuleDesk.RuleDeskClient Rules { get; }

    public KeyTurns.KeyTurnsClient Keys { get; }

    public KeyNames.KeyNamesClient KeyNames { get; }

    public HealthDesk.HealthDeskClient Health { get; }

    /// <summary>Connects to the node behind the socket.</summary>
    /// <exception cref="Failure">Nobody is there; the message says what to do.</exception>
    public static Task<NodeConnection> OpenAsync(string path, TimeSpan timeout, CancellationToken cancellationToken) =>
        OpenAsync(async token => new NetworkStream(await NodeSocket.ConnectAsync(path, timeout, token), ownsSocket: true), timeout, cancellationToken);

    /// <summary>Connects to a node at a distance.</summary>
    /// <exception cref="Failure">Nobody is there, or somebody else; the message says what to do.</exception>
    public static Task<NodeConnection> OpenAsync(RemoteNode node, TimeSpan timeout, CancellationToken cancellationToken) =>
        OpenAsync(node.ConnectAsync, timeout, cancellationToken);

    private static async Task<NodeConnection> OpenAsync(Func<CancellationToken, Task<Stream>> connect, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + timeout;
        return new NodeConnection(await connect(cancellationToken), connect, deadline);
    }

    /// <summary>For a call that is one question and one answer.</summary>
    public CallOptions Within(CancellationToken cancellationToken) => new(deadline: _deadline, cancellationToken: cancellationToken);

    public void Dispose() => _channel.Dispose();
}

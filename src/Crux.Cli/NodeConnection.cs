using System.Net.Sockets;
using Crux.Protos;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.Cli;

/// <summary>An open connection to the local node, with one deadline over everything that the command asks.</summary>
internal sealed class NodeConnection : IDisposable
{
    // A whole registry comes in one answer: tens of thousands of entries fit.
    private const int MaxAnswerBytes = 64 << 20;

    private readonly GrpcChannel _channel;
    private readonly DateTime _deadline;

    private NodeConnection(string path, Socket socket, TimeSpan timeout, DateTime deadline)
    {
        _deadline = deadline;
        var first = socket;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            MaxReceiveMessageSize = MaxAnswerBytes,
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                // A proxy of the environment is for the network; this goes nowhere.
                UseProxy = false,
                ConnectCallback = async (_, token) =>
                    new NetworkStream(Interlocked.Exchange(ref first, null) ?? await NodeSocket.ConnectAsync(path, timeout, token), ownsSocket: true),
            },
        });
        var invoker = _channel.CreateCallInvoker();
        Operator = new Operator.OperatorClient(invoker);
        Reeve = new Reeve.ReeveClient(invoker);
        Rules = new RuleDesk.RuleDeskClient(invoker);
    }

    public Operator.OperatorClient Operator { get; }

    public Reeve.ReeveClient Reeve { get; }

    public RuleDesk.RuleDeskClient Rules { get; }

    /// <summary>Connects to the node behind the socket.</summary>
    /// <exception cref="Failure">Nobody is there; the message says what to do.</exception>
    public static async Task<NodeConnection> OpenAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + timeout;
        return new NodeConnection(path, await NodeSocket.ConnectAsync(path, timeout, cancellationToken), timeout, deadline);
    }

    /// <summary>For a call that is one question and one answer.</summary>
    public CallOptions Within(CancellationToken cancellationToken) => new(deadline: _deadline, cancellationToken: cancellationToken);

    public void Dispose() => _channel.Dispose();
}

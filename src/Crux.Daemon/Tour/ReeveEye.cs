using System.Net.Sockets;
using Crux.Protos;
using Grpc.Net.Client;

namespace Crux.Daemon.Tour;

/// <summary>Looks at a node the way the crux command does: over its Unix socket.</summary>
internal sealed class ReeveEye : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Operator.OperatorClient _client;

    public ReeveEye(string socket)
    {
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            // Ctrl-C is no news about the node.
            ThrowOperationCanceledOnCancellation = true,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) =>
                {
                    var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                        return new NetworkStream(connection, ownsSocket: true);
                    }
                    catch
                    {
                        connection.Dispose();
                        throw;
                    }
                },
            },
        });
        _client = new Operator.OperatorClient(_channel);
    }

    public async Task<ListServicesReply> ListAsync(CancellationToken cancel) =>
        await _client.ListServicesAsync(new ListServicesRequest(), cancellationToken: cancel);

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }
}

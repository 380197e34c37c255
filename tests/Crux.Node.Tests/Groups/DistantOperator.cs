using System.Net.Security;
using System.Net.Sockets;
using Crux.Node.Security;
using Crux.Protos;
using Grpc.Core;
using Grpc.Net.Client;

namespace Crux.Node.Tests.Groups;

/// <summary>An operator at a node's peer port, with nothing but a key.</summary>
internal sealed class DistantOperator : IDisposable
{
    private readonly GrpcChannel _channel;

    public DistantOperator(CruxNode node, OperatorKey key)
    {
        var certificate = key.Certify();
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    await socket.ConnectAsync(node.Address.ToEndPoint(), cancellation);
                    var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
                    await tls.AuthenticateAsClientAsync(PinnedCertificate.ClientOptions(certificate, shown => PinnedCertificate.NodeOf(shown) == node.Id), cancellation);
                    return tls;
                },
            },
            DisposeHttpClient = true,
        });
        (Operator, Rules, Reeve) = (new(_channel), new(_channel), new(_channel));
    }

    public Operator.OperatorClient Operator { get; }

    public RuleDesk.RuleDeskClient Rules { get; }

    public Reeve.ReeveClient Reeve { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<string> NameAsync() => (await Operator.GetStatusAsync(new GetStatusRequest(), cancellationToken: Cancel)).Node.Name;

    public async Task SetLogLevelAsync() => await Operator.SetLogLevelAsync(
        new SetLogLevelRequest { Category = "Crux.Flock", Level = "Debug", ExpiresIn = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) }, cancellationToken: Cancel);

    public AsyncServerStreamingCall<Event> Watch() => Operator.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);

    public void Dispose() => _channel.Dispose();
}

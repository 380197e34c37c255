using System.Net.Sockets;
using System.Security.Cryptography;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Protos;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Services.Tests;

/// <summary>A node's registry services without a flock: real Kestrel on a Unix socket, and a view that the test sets.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-test-").FullName;
    private readonly WebApplication _host;

    private TestNode(StaticView view, ECDsa key, HealthOptions health, ReeveOptions reeve)
    {
        View = view;
        Key = key;
        Heartbeater = new HeartbeaterDriver(view, FlockId, health, MonotonicClock.System, NullLoggerFactory.Instance);
        Reeve = new ReeveDriver(view, Heartbeater, new NoPeers(), reeve, MonotonicClock.System, NullLoggerFactory.Instance);
        _host = Build();
        Channel = Connect(Socket);
    }

    public const string FlockId = "lab/demo";

    public StaticView View { get; }
    public ECDsa Key { get; }
    public HeartbeaterDriver Heartbeater { get; }
    public ReeveDriver Reeve { get; }
    public GrpcChannel Channel { get; }
    public string Socket => Path.Combine(_directory, "reeve.sock");
    public Heartbeater.HeartbeaterClient HeartbeaterClient => new(Channel);
    public Protos.Reeve.ReeveClient ReeveClient => new(Channel);

    public static async Task<TestNode> StartAsync(HealthOptions? health = null, ReeveOptions? reeve = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var self = Members.Of("node1", key);
        var node = new TestNode(new StaticView(self.Id, self), key, health ?? new(), reeve ?? new());
        node.Heartbeater.Start();
        node.Reeve.Start();
        await node._host.StartAsync();
        return node;
    }

    public Task StopHostAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
        await Reeve.DisposeAsync();
        await Heartbeater.DisposeAsync();
        Key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddCruxLocalServices(View, Heartbeater, Reeve, new StatementSigner(Key));
        var host = builder.Build();
        host.UseRouting();
        host.MapCruxLocalServices();
        return host;
    }

    private static GrpcChannel Connect(string socket) => GrpcChannel.ForAddress(
        "http://localhost",
        new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                },
            },
        });
}

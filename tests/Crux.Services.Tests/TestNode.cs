using System.Security.Cryptography;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Protos;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Steward;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Services.Tests;

/// <summary>A node's registry services without a flock: real Kestrel on Unix sockets, and a view that the test sets.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string FlockId = "lab/demo";

    private readonly string _directory = Directory.CreateTempSubdirectory("crux-test-").FullName;
    private readonly WebApplication _local, _peer;

    public TestNode(StaticView view, ECDsa key, Func<TestNode, IPeers> peers, HealthOptions health, ReeveOptions reeve, StewardOptions steward, MonotonicClock? stewards = null)
    {
        (View, Key) = (view, key);
        Peers = peers(this);
        Heartbeater = new HeartbeaterDriver(view, FlockId, health, MonotonicClock.System, NullLoggerFactory.Instance);
        Reeve = new ReeveDriver(view, Heartbeater, Peers, reeve, MonotonicClock.System, NullLoggerFactory.Instance);
        Healthminder = new HealthminderDriver(view, Peers, new HealthHistoryOptions(), journal: null, MonotonicClock.System, NullLoggerFactory.Instance);
        Steward = new StewardDriver(view, Reeve, Healthminder, steward, stewards ?? MonotonicClock.System, NullLoggerFactory.Instance);
        _local = TestHost.Build(
            LocalSocket,
            services => services.AddCruxLocalServices(View, Heartbeater, Reeve, new StatementSigner(Key), Healthminder, Peers),
            endpoints => endpoints.MapCruxLocalServices());
        _peer = TestHost.Build(
            PeerSocket,
            services => services.AddSingleton<IPeerIdentity, HeaderIdentity>().AddCruxPeerServices(View, Steward, Healthminder),
            endpoints => endpoints.MapCruxPeerServices());
        Channel = TestHost.Connect(LocalSocket);
    }

    public StaticView View { get; }
    public ECDsa Key { get; }
    public IPeers Peers { get; }
    public HeartbeaterDriver Heartbeater { get; }
    public ReeveDriver Reeve { get; }
    public StewardDriver Steward { get; }
    public HealthminderDriver Healthminder { get; }
    public GrpcChannel Channel { get; }
    /// <summary>What is served to other nodes.</summary>
    public IReadOnlyList<Endpoint> PeerEndpoints => [.. ((IEndpointRouteBuilder)_peer).DataSources.SelectMany(source => source.Endpoints)];
    public string PeerSocket => Path.Combine(_directory, "peer.sock");
    public Heartbeater.HeartbeaterClient HeartbeaterClient => new(Channel);
    public Protos.Reeve.ReeveClient ReeveClient => new(Channel);
    private string LocalSocket => Path.Combine(_directory, "reeve.sock");

    /// <summary>A node on its own, in a flock without a leader.</summary>
    public static async Task<TestNode> StartAsync(HealthOptions? health = null, ReeveOptions? reeve = null)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var self = Members.Of("node1", key);
        var node = new TestNode(new StaticView(self.Id, self), key, _ => new NoPeers(), health ?? new(), reeve ?? new(), new());
        await node.StartAsync();
        return node;
    }

    public async Task StartAsync()
    {
        Heartbeater.Start();
        Reeve.Start();
        Steward.Start();
        Healthminder.Start();
        await _local.StartAsync();
        await _peer.StartAsync();
    }

    public Task StopLocalHostAsync() => _local.StopAsync();

    public Task StopPeerHostAsync() => _peer.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _local.StopAsync();
        await _peer.StopAsync();
        await _local.DisposeAsync();
        await _peer.DisposeAsync();
        await Reeve.DisposeAsync();
        await Steward.DisposeAsync();
        await Healthminder.DisposeAsync();
        await Heartbeater.DisposeAsync();
        (Peers as IDisposable)?.Dispose();
        Key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

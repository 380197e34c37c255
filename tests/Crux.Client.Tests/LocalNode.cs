using System.Security.Cryptography;
using Crux.Client.Connect;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Protos;
using Crux.Services;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Trust;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Client.Tests;

/// <summary>
/// A flock of one node, as applications see it: the real reeve and heartbeater on a real Unix socket. Can crash and come back,
/// which forgets everything but its key.
/// </summary>
internal sealed class LocalNode : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-client-").FullName;
    private readonly ReeveLink _link;
    private WebApplication? _host;
    private HeartbeaterDriver? _heartbeater;
    private ReeveDriver? _reeve;
    private CancellationTokenSource? _stopping;

    public LocalNode()
    {
        Become(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        _link = new ReeveLink(Socket, TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }

    public string Socket => Path.Combine(_directory, "reeve.sock");

    public ECDsa Key { get; private set; } = null!;

    public Member Self { get; private set; } = null!;

    public StaticView View { get; private set; } = null!;

    /// <summary>The operator's rules; there are none at first.</summary>
    public SignedBoard Rules { get; } = new();

    /// <summary>When its processes take new keys.</summary>
    public KeyGenerations Generations { get; } = KeyGenerations.Passing();

    /// <summary>What its services reported.</summary>
    public CallLog Calls { get; } = new(TimeProvider.System);

    public Heartbeater.HeartbeaterClient Heartbeater => _link.Heartbeater;

    public Reeve.ReeveClient Reeve => _link.Reeve;

    public static async Task<LocalNode> StartNewAsync()
    {
        var node = new LocalNode();
        await node.StartAsync();
        return node;
    }

    /// <summary>Takes another key: another node, at the same socket.</summary>
    public void Become(ECDsa key)
    {
        Key = key;
        Self = new Member { Id = NodeId.FromPublicKey(key.ExportSubjectPublicKeyInfo()), Name = "node1", Address = NetAddress.V4(0x7F000001, 23123), Incarnation = 1 };
        View = new StaticView(Self);
    }

    public async Task StartAsync()
    {
        _heartbeater = new HeartbeaterDriver(View, "lab/demo", new HealthOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        _reeve = new ReeveDriver(View, _heartbeater, new NoPeers(), new ReeveOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        _heartbeater.Start();
        _reeve.Start();
        _stopping = new CancellationTokenSource();
        _ = new BannedKeys(Rules.Board, View, Generations).RunAsync(_stopping.Token);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(Rules.Board);
        builder.Services.AddSingleton(Generations);
        builder.Services.AddSingleton(Calls);
        builder.Services.AddCruxLocalServices(View, _heartbeater, _reeve, new StatementSigner(Key));
        _host = builder.Build();
        _host.UseRouting();
        _host.MapCruxLocalServices();
        await _host.StartAsync(TestContext.Current.CancellationToken);
    }

    public async Task StopAsync()
    {
        if (_host is not { } host)
            return;
        _host = null;
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await host.StopAsync(atOnce.Token);
        await host.DisposeAsync();
        await _stopping!.CancelAsync();
        _stopping.Dispose();
        await _reeve!.DisposeAsync();
        await _heartbeater!.DisposeAsync();
        File.Delete(Socket);
    }

    /// <summary>Everything on the list of an api, what is not offered included.</summary>
    public async Task<IReadOnlyList<Offer>> ListAsync(string api)
    {
        var reply = await Reeve.FindAsync(
            new FindRequest { Selector = new Protos.Selector { Api = api }, Explain = true }, cancellationToken: TestContext.Current.CancellationToken);
        return reply.Offers;
    }

    /// <summary>Waits until the list of an api is as wanted.</summary>
    public async Task UntilListedAsync(string api, Func<IReadOnlyList<Offer>, bool> asWanted, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var start = TimeProvider.System.GetTimestamp();
        while (!asWanted(await ListAsync(api)))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Eventually.Patience, $"Waited in vain: {what}.");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Registers a point by hand; it stands until what is returned is disposed.</summary>
    public async Task<IDisposable> RegisterAsync(string instance, NetAddress address, ReadOnlyMemory<byte> pin)
    {
        var call = Heartbeater.Beat(cancellationToken: TestContext.Current.CancellationToken);
        var beat = new BeatRequest();
        beat.Points.Add(new Point
        {
            InstanceId = $"by-hand-{address.Port}",
            Instance = instance,
            Address = address.ToString(),
            KeyHash = ByteString.CopyFrom(pin.Span),
            Status = Status.Serving,
        });
        await call.RequestStream.WriteAsync(beat, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Empty(call.ResponseStream.Current.Refused);
        return call;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _link.Dispose();
        Rules.Dispose();
        Generations.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Crux.Client;
using Crux.Protos;
using Crux.Protos.Samples;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crux.System.Load;

/// <summary>
/// What pinned mutual TLS and the rules cost a call, against the same service without either. Both servers and both callers are in this
/// process and take turns; a server without TLS exists nowhere else.
/// </summary>
internal static class TlsCost
{
    private const int Callers = 32;

    /// <summary>Rounds of warming at least: a machine that was busy with something else in the first makes the second look good.</summary>
    private const int MinWarmRounds = 3;

    /// <summary>Rounds of warming at most: on a machine with other work the costs never stand still.</summary>
    private const int MaxWarmRounds = 8;

    /// <summary>A round that is not cheaper than this share of the best before it shows that the code is as good as it gets.</summary>
    private const double Settled = 0.9;

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        var socket = arguments.Required("socket");
        await using var pinnedServer = await StartAsync(builder =>
        {
            builder.Configuration["Crux:Socket"] = socket;
            builder.AddCruxService<GalumphService>("galumph2_3");
        });
        await using var plainServer = await StartAsync(builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
            builder.Services.AddGrpc();
        });
        using var node = LocalNode.Open(socket);
        using var pinned = await PinnedAsync(node, pinnedServer.Services.GetRequiredService<CruxSelf>(), stopping);
        using var plain = GrpcChannel.ForAddress(plainServer.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        await using var bySelector = CruxChannel.For("galumph2", options => (options.Socket, options.ClientName) = (socket, "bench"));
        // One way alone is for who looks with a profiler.
        var only = arguments.Optional("only", "");
        (string Name, ChannelBase Channel)[] all = [("plain", plain), ("pinned", pinned), ("selector", bySelector)];
        var ways = Array.FindAll(all, way => only.Length == 0 || only == way.Name);
        var results = ways.ToDictionary(way => way.Name, _ => new List<Measured>());
        var calls = arguments.Number("calls", 60_000);
        await WarmAsync(ways, calls, stopping);
        for (var run = 0; run < arguments.Number("runs", 5); run++)
        {
            foreach (var (name, channel) in ways)
                results[name].Add(await MeasureAsync(new Galumph.GalumphClient(channel), calls, stopping));
            // There and back again: what grows or tires with time meets all alike.
            Array.Reverse(ways);
        }
        Console.Out.Write(JsonSerializer.Serialize(results) + "\n");
        return 0;
    }

    // The runtime compiles what is called often anew, and better: before that a call costs four times as much, whichever way it goes.
    private static async Task WarmAsync((string Name, ChannelBase Channel)[] ways, int calls, CancellationToken stopping)
    {
        var best = ways.ToDictionary(way => way.Name, _ => double.MaxValue);
        var isSettled = false;
        for (var round = 0; round < MinWarmRounds || (round < MaxWarmRounds && !isSettled); round++)
        {
            isSettled = true;
            foreach (var (name, channel) in ways)
            {
                var cpu = (await MeasureAsync(new Galumph.GalumphClient(channel), calls, stopping)).CpuUs;
                isSettled &= cpu > best[name] * Settled;
                best[name] = Math.Min(cpu, best[name]);
            }
        }
    }

    private static async Task<WebApplication> StartAsync(Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new Names("bench"));
        add(builder);
        var app = builder.Build();
        if (app.Services.GetService<CruxSelf>() is null)
            app.MapGrpcService<GalumphService>();
        await app.StartAsync();
        return app;
    }

    private static async Task<GrpcChannel> PinnedAsync(GrpcChannel node, CruxSelf server, CancellationToken stopping)
    {
        var reeve = new Reeve.ReeveClient(node);
        Entry? entry = null;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (entry is null && await timer.WaitForNextTickAsync(stopping))
            entry = (await reeve.FindAsync(new FindRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: stopping)).Offers.FirstOrDefault()?.Entry;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var enrolled = await reeve.EnrollAsync(
            new EnrollRequest { Service = "bench", PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()), Destination = entry!.KeyHash }, cancellationToken: stopping);
        var certificate = PinnedCertificate.Create(key, "bench", enrolled.Statement.ToByteArray());
        var pin = entry.KeyHash.ToByteArray();
        return GrpcChannel.ForAddress($"https://127.0.0.1:{server.Address.Port}", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = PinnedCertificate.ClientOptions(certificate, shown => PinnedCertificate.PinOf(shown).AsSpan().SequenceEqual(pin)),
            },
        });
    }

    private static async Task<Measured> MeasureAsync(Galumph.GalumphClient client, int calls, CancellationToken stopping)
    {
        var request = new GalumphInstance { Name = new string('x', 100) };
        var took = new long[calls];
        var begun = 0;
        GC.Collect();
        var before = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            await Task.Yield();
            for (int call; (call = Interlocked.Increment(ref begun) - 1) < calls && !stopping.IsCancellationRequested;)
            {
                var sent = Stopwatch.GetTimestamp();
                await client.RegisterAsync(request, cancellationToken: CancellationToken.None);
                took[call] = Stopwatch.GetTimestamp() - sent;
            }
        }));
        var wall = Stopwatch.GetElapsedTime(start);
        var cpu = Environment.CpuUsage.TotalTime - before;
        Array.Sort(took);
        return new(cpu.TotalMicroseconds / calls, calls / wall.TotalSeconds, Stopwatch.GetElapsedTime(0, took[calls * 99L / 100]).TotalMilliseconds);
    }

    private sealed record Measured(double CpuUs, double PerSecond, double P99Ms);
}

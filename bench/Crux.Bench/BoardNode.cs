using System.Security.Cryptography;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Services;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Tests;
using Crux.Services.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Bench;

/// <summary>What processes of a node see of it, on a real Unix socket: reeve, heartbeater and rules. Who is in the flock and what the operator said the bench decides, and so knows when the node learns it.</summary>
internal sealed class BoardNode : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-bench-").FullName;
    private readonly ECDsa _key;
    private readonly HeartbeaterDriver _heartbeater;
    private readonly KeyGenerations _generations = KeyGenerations.Passing();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _host;

    public BoardNode(string name, ECDsa key, uint address, IReadOnlyList<Member> members, RuleBoard rules)
    {
        _key = key;
        Self = Members.Of(name, key, address);
        View = new StaticView(Self.Id, [.. members]);
        _heartbeater = new HeartbeaterDriver(View, "bench/bench", new HealthOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        Reeve = new ReeveDriver(View, _heartbeater, new NoPeers(), new ReeveOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(rules).AddSingleton(_generations);
        builder.Services.AddCruxLocalServices(View, _heartbeater, Reeve, new StatementSigner(_key));
        _host = builder.Build();
        _host.UseRouting();
        _host.MapCruxLocalServices();
        Banned = new BannedKeys(rules, View, _generations);
    }

    public string Socket => Path.Combine(_directory, "reeve.sock");

    public Member Self { get; }

    public StaticView View { get; }

    public ReeveDriver Reeve { get; }

    private BannedKeys Banned { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _heartbeater.Start();
        Reeve.Start();
        _ = Banned.RunAsync(_stopping.Token);
        await _host.StartAsync(cancellationToken);
    }

    /// <summary>Lists here what runs elsewhere.</summary>
    public Task ListAsync(ServiceEntry entry, CancellationToken cancellationToken) => _heartbeater.BeatAsync(
        _heartbeater.OpenProcess(),
        [
            new BeatPoint
            {
                InstanceId = "elsewhere", Group = "", Instance = entry.Instance.ToString(), Address = entry.Address.ToString(), KeyHash = entry.KeyHash.ToArray(), Status = ServiceStatus.Serving,
                ValidFor = TimeSpan.FromHours(1),
            },
        ],
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _host.StopAsync(new CancellationToken(canceled: true));
        await _host.DisposeAsync();
        await Reeve.DisposeAsync();
        await _heartbeater.DisposeAsync();
        _generations.Dispose();
        _stopping.Dispose();
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

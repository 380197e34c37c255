using System.Collections.Immutable;
using Crux.Machines.Health;
using Crux.Protos;
using Crux.Services.Health;
using Crux.Services.Operator;
using Crux.Services.Reeve;
using Crux.Services.Trust;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Crux.Cli.Tests;

/// <summary>The real operator service on a real Unix socket, over a flock that the test states: three nodes, one leader, three services.</summary>
internal sealed class StaticNode : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    public StaticNode(bool withOperator = true)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<TimeProvider>(Time)
            .AddSingleton(new NodeFacts { Id = Id(1), Name = "node1", Address = At(1), Rack = "r1", FlockId = "main/prod", Group = "prod", Version = "0.1.0" })
            .AddSingleton<IGroupView>(View).AddSingleton<IBootReport>(Boot).AddSingleton<ITrafficReport>(Traffic).AddSingleton<IRegistryReport>(Registry)
            .AddSingleton(Events = new OperatorEvents(Time)).AddSingleton(LogLevels = new LogLevelOverrides(Time))
            .AddSingleton<IKeyDesk>(Keys)
            .AddSingleton(Reeve)
            .AddSingleton(Health)
            .AddSingleton(Generations)
            .AddSingleton<IOrderDesk>(Desk)
            .AddSingleton(Heartbeater = new HeartbeaterDriver(View, "main/prod", new HealthOptions(), new MonotonicClock(Time), NullLoggerFactory.Instance));
        if (withOperator)
            builder.Services.AddSingleton(Trust = NewTrust()).AddSingleton(Trust.Board).AddSingleton(Calls).AddSingleton(Audit).AddOperator();
        _app = builder.Build();
        _app.UseRouting();
        if (withOperator)
            _app.MapOperator();
        _app.MapGrpcService<ScriptedReeve>();
        _app.MapGrpcService<ScriptedHealth>();
    }

    public string Socket => _folder.At("reeve.sock");

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    public StaticView View { get; } = new(new GroupSnapshot
    {
        Group = "prod",
        Self = Id(1),
        Members = [Member(1, "r1"), Member(2, "r1"), Member(10, "")],
        Leader = Id(2),
        Grade = LeaderGrade.Fenced,
        Token = new GroupToken(0x2a5c71d9_00000abc, 4, 17),
        IsSettled = true,
        Revision = 9,
    });

    public StaticBoot Boot { get; } = new();

    public StaticTraffic Traffic { get; } = new();

    public StaticRegistry Registry { get; } = new();

    public StaticDesk Desk { get; } = new();

    /// <summary>The real one: what becomes of a service is its verdict.</summary>
    public HeartbeaterDriver Heartbeater { get; }

    public ScriptedReeve Reeve { get; } = new();

    public ScriptedHealth Health { get; } = new();

    /// <summary>Of its processes' keys; nobody has any at first.</summary>
    public KeyGenerations Generations { get; } = KeyGenerations.Passing();

    public StaticKeys Keys { get; } = new();

    /// <summary>The real one, without other nodes.</summary>
    public TrustDriver? Trust { get; }

    public CallLog Calls { get; } = new(TimeProvider.System);

    public AuditTrail Audit { get; } = new([], _ => { }, "bytes were lost", TimeProvider.System);

    public OperatorEvents Events { get; }

    public LogLevelOverrides LogLevels { get; }

    public static async Task<StaticNode> StartAsync(Action<StaticNode>? state = null)
    {
        var node = new StaticNode();
        state?.Invoke(node);
        await node.ListenAsync();
        node.Time.Advance(TimeSpan.FromMinutes(125));
        return node;
    }

    /// <summary>Serves, and returns once the operator's chronicle follows the view.</summary>
    public async Task ListenAsync()
    {
        Heartbeater.Start();
        Trust?.Start();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        await View.Followed.WaitAsync(LiveRun.Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>The operator's key, in a file.</summary>
    public string WriteKey()
    {
        Desk.Key.Write(KeyPath);
        return KeyPath;
    }

    /// <summary>Where <see cref="WriteKey"/> puts it.</summary>
    public string KeyPath => _folder.At("prod.operator");

    public Task<Transcript> RunAsync(params string[] arguments) => Transcript.OfAsync(["--socket", Socket, .. arguments]);

    /// <summary>Ends the server as a stopping daemon does: the socket's file stays only if it was killed.</summary>
    public Task StopAsync() => _app.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        await Heartbeater.DisposeAsync();
        if (Trust is not null)
            await Trust.DisposeAsync();
        LogLevels.Dispose();
        Generations.Dispose();
        Desk.Dispose();
        _folder.Dispose();
    }

    private TrustDriver NewTrust() => new(
        new MemoryGroupStore(), [], Desk.Key.PublicKey, Desk.Key.Signer, Desk, new NoPeers(), View, new RuleBoard(), new MonotonicClock(Time), NullLoggerFactory.Instance);

    public static NodeId Id(int node) => new(((ulong)node << 56) | 0x0011_2233_4455_6677UL, (ulong)node);

    public static NetAddress At(int node) => NetAddress.V4(0x0a000000u + (uint)node, 23123);

    public static Member Member(int node, string rack) => new() { Id = Id(node), Name = $"node{node}", Address = At(node), Incarnation = 1, Rack = rack };

    public static Entry Entry(string instance, int node, int port, Protos.Status status = Protos.Status.Serving, string reason = "") => new()
    {
        InstanceId = $"{instance}@{node}:{port}",
        Group = "prod",
        Api = instance[..instance.LastIndexOf('_')],
        Instance = instance,
        NetId = $"node{node}:{port}",
        Address = $"10.0.0.{node}:{port}",
        NodeId = ByteString.CopyFrom(Id(node).ToArray()),
        Incarnation = 1,
        KeyHash = ByteString.CopyFrom(new byte[32]),
        Status = status,
        StatusReason = reason,
        IssuedUnixMs = 1_777_000_000_000,
        ValidFor = Duration.FromTimeSpan(TimeSpan.FromSeconds(15)),
        Labels = { ["tier"] = "gold" },
        Token = new Token { Lineage = 0xabc, Term = 4, Sequence = 17 },
    };

    public static ImmutableArray<Member> Alone => [Member(1, "r1")];
}

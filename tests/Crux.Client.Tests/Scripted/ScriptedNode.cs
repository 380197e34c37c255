using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Client.Tests.Scripted;

/// <summary>A node's Unix socket with a scripted reeve behind it; can go away and come back.</summary>
public sealed class ScriptedNode : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-client-").FullName;
    private WebApplication? _app;

    public ScriptedRegistry Registry { get; private set; } = new();

    public string Socket => Path.Combine(_directory, "reeve.sock");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Registry);
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGrpcService<ScriptedReeve>();
        _app.MapGrpcService<ScriptedHeartbeater>();
        await _app.StartAsync(cancellationToken);
    }

    /// <summary>Ends as a killed daemon does: every stream breaks, and what was known is forgotten.</summary>
    public async Task CrashAsync(bool forget)
    {
        if (_app is not { } app)
            return;
        _app = null;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        File.Delete(Socket);
        if (forget)
            Registry = new ScriptedRegistry(Registry);
    }

    public async ValueTask DisposeAsync()
    {
        await CrashAsync(forget: false);
        Registry.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

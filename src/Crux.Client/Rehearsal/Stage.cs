using Crux.Client.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Crux.Client.Rehearsal;

/// <summary>A node of its own for a dry run: a socket in a directory that only this user may enter, and nothing behind it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crux-rehearsal-").FullName;
    private readonly WebApplication _host;

    private Stage()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoSignals>());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(Reeve).AddSingleton(Rules);
        _host = builder.Build();
        _host.UseRouting();
        _host.MapGrpcService<StageReeve>();
        _host.MapGrpcService<StageRules>();
    }

    public string Socket => Path.Combine(_directory, "reeve.sock");

    public StageReeve Reeve { get; } = new();

    public StageRules Rules { get; } = new();

    public static async Task<Stage> OpenAsync(CancellationToken cancellationToken)
    {
        var stage = new Stage();
        try
        {
            await stage._host.StartAsync(cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(new CancellationToken(canceled: true));
        await _host.DisposeAsync();
        Reeve.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

using Crux.Client;
using Crux.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Crux.Daemon.Tour;

/// <summary>One service point of the tour: what an application's own Program.cs does, run beside one node.</summary>
internal sealed class GalumphPoint
{
    private readonly WebApplication _app;

    private GalumphPoint(WebApplication app, string instance) => (_app, Instance) = (app, instance);

    public string Instance { get; }

    public static async Task<GalumphPoint> StartAsync(TourNode node, string instance, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Crux:Socket"] = node.Socket,
            ["Crux:Bind"] = $"{node.Address.ToIPAddress()}:0",
        });
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.AddSingleton(new GalumphNames($"{instance} on {node.Name}"));
        builder.AddCruxService<GalumphService>(instance);
        var app = builder.Build();
        await app.StartAsync(cancel);
        return new GalumphPoint(app, instance);
    }

    /// <summary>Ends as a process does whose machine died: nothing is drained, nothing is said.</summary>
    public async Task AbortAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}

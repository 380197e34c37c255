using Crux.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crux.System.Load;

/// <summary>A Galumph service as an application writes one.</summary>
internal static class Server
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stopping)
    {
        var instance = arguments.Required("instance");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Crux:Socket"] = arguments.Required("socket");
        builder.Logging.ClearProviders().AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Crux", LogLevel.Information);
        builder.Services.AddSingleton(new Names($"{instance}@{arguments.Required("name")}"));
        builder.AddCruxService<GalumphService>(instance);
        await using var app = builder.Build();
        await app.RunAsync(stopping);
        return 0;
    }
}

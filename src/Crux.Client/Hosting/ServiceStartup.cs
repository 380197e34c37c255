using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Crux.Client.Hosting;

/// <summary>Puts the listener into Kestrel and the services behind whatever the application's own pipeline leaves unanswered.</summary>
internal sealed class ServiceStartup(ServiceRun run, IEnumerable<ServicePoint> points, IOptions<CruxServiceOptions> options)
    : IStartupFilter, IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions kestrel) => run.Listener.Listen(kestrel, BindAddress.Parse(options.Value.Bind));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        ServicePipeline.Use(app, run.Calls);
        next(app);
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            foreach (var point in points)
                point.Map(endpoints, run.Gate, point.Instance);
            ServicePipeline.MapStandard(endpoints, run.Gate);
        });
    };
}

using Crux.Client;
using Crux.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Galumph.Tests;

/// <summary>The sample's server, as its own Program builds it, on a machine of a flock.</summary>
internal sealed class GalumphServer : WebApplicationFactory<Program>
{
    private readonly TestNode _node;

    public GalumphServer(TestNode node)
    {
        _node = node;
        // Who calls it comes over the network, with TLS: the server in memory that the factory otherwise puts in has neither.
        UseKestrel();
    }

    /// <summary>Where it listens.</summary>
    public NetAddress Address => Services.GetRequiredService<CruxSelf>().Address;

    /// <summary>Starts it, and returns when its node has registered it.</summary>
    public async Task RegisteredAsync()
    {
        StartServer();
        var self = Services.GetRequiredService<CruxSelf>();
        await _node.Flock.UntilAsync(() => self is { Problem: null, NetId: not null }, "the server to be registered", TestContext.Current.CancellationToken);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.UseTestNode(_node);
}

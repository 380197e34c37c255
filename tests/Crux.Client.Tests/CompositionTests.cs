using System.Net;
using Crux.Protos.Samples;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Crux.Client.Tests;

public sealed class CompositionTests
{
    [Fact]
    public async Task Clients_compose_with_interceptors_which_see_one_call_however_often_it_is_placed()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3");
        var seen = 0;
        service.Names.BeforeAnswer = () => ++seen == 1 ? throw new RpcException(new Status(StatusCode.Unavailable, "later")) : Task.CompletedTask;
        var interceptor = new CountingInterceptor();
        var services = new ServiceCollection();
        services.AddCruxClient<Galumph.GalumphClient>("galumph2", options => options.Socket = node.Socket).AddInterceptor(() => interceptor);
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<Galumph.GalumphClient>().TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1, 2), (interceptor.Calls, seen));
    }

    [Fact]
    public async Task Keyed_clients_go_where_their_key_says()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var node = await LocalNode.StartNewAsync();
        await using var old = await TestService.StartAsync(node.Socket, "galumph2_3");
        await using var newer = await TestService.StartAsync(node.Socket, "galumph2_4");
        await node.UntilListedAsync("galumph2", offers => offers.Count == 2, "both");
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Crux:Socket", node.Socket)]).Build());
        services.AddCruxClient<Galumph.GalumphClient>("galumph2_4");
        services.AddKeyedCruxClient<Galumph.GalumphClient>("old", "galumph2_3");
        await using var provider = services.BuildServiceProvider();

        var plain = await provider.GetRequiredService<Galumph.GalumphClient>().TableAsync(new TableRequest(), cancellationToken: cancel);
        var keyed = await provider.GetRequiredKeyedService<Galumph.GalumphClient>("old").TableAsync(new TableRequest(), cancellationToken: cancel);

        Assert.Equal(("galumph2_4", "galumph2_3"), (plain.ServedBy, keyed.ServedBy));
    }

    [Fact]
    public async Task Several_services_share_one_application()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", extend: builder => builder.AddCruxService<GalumphService>("burble1_1"));

        await node.UntilListedAsync("galumph2", offers => offers.Count == 1, "the first");
        await node.UntilListedAsync("burble1", offers => offers.Count == 1, "the second");
    }

    [Fact]
    public async Task An_application_from_the_empty_builder_will_do_and_one_that_is_told_to_stop_at_once_says_nothing()
    {
        await using var node = await LocalNode.StartNewAsync();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<Names>().AddSingleton(new ServedBy("galumph2_3"));
        builder.AddCruxService<GalumphService>("galumph2_3", options =>
        {
            options.Socket = node.Socket;
            options.Bind = "127.0.0.1:0";
        });
        await using var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        await node.UntilListedAsync("galumph2", offers => offers is [{ Entry.Status: Protos.Status.Serving }], "the service");

        await app.StopAsync(new CancellationToken(canceled: true));

        Assert.DoesNotContain(await node.ListAsync("galumph2"), offer => offer.Entry.Status == Protos.Status.Draining);
        await node.UntilListedAsync("galumph2", offers => offers is [], "gone because its stream ended");
    }

    [Fact]
    public async Task A_plaintext_listener_of_the_same_application_does_not_serve_what_is_registered()
    {
        await using var node = await LocalNode.StartNewAsync();
        await using var service = await TestService.StartAsync(node.Socket, "galumph2_3", extend: builder =>
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)));
        var port = service.App.Urls.Select(url => new Uri(url)).Single(url => url.Scheme == "http").Port;
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress($"http://127.0.0.1:{port}");

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await new Galumph.GalumphClient(channel).TableAsync(new TableRequest(), cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Theory]
    [InlineData("RescanPeriod", "02:00:00", "Crux:RescanPeriod must be from 0 (push only) to 01:00:00.")]
    [InlineData("MaxAttempts", "0", "Crux:MaxAttempts must be from 1 to 20.")]
    [InlineData("Socket", "", "Crux:Socket is empty")]
    public async Task A_client_s_settings_are_checked_at_start(string key, string value, string message)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new($"Crux:{key}", value)]);
        builder.Services.AddCruxClient<Galumph.GalumphClient>("galumph2");
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HeartbeatPeriod", "00:00:00.001", "Crux:HeartbeatPeriod must be from 00:00:00.050 to 00:10:00.")]
    [InlineData("Bind", "nonsense", "Crux:Bind is 'nonsense'")]
    [InlineData("InstanceId", "not a name", "Crux:InstanceId needs")]
    [InlineData("Socket", "", "Crux:Socket is empty")]
    [InlineData("Bind", "127.0.0.1", "Crux:Bind is '127.0.0.1'")]
    [InlineData("Group", "not a name", "Crux:Group is 'not a name'")]
    [InlineData("HealthDeadline", "01:00:00", "Crux:HealthDeadline must be from 00:00:00.010 to 00:10:00.")]
    [InlineData("HealthDeadline", "00:00:15", "Crux:HealthDeadline is 00:00:15: it must be less than the 00:00:15 that a heartbeat holds")]
    [InlineData("DrainGrace", "-00:00:01", "Crux:DrainGrace must be from 0 to 01:00:00.")]
    [InlineData("DrainQuiet", "00:02:00", "Crux:DrainQuiet must be from 0 to 00:01:00.")]
    [InlineData("ReconnectPause", "00:00:00", "Crux:ReconnectPause must be from 00:00:00.010 to 00:01:00.")]
    [InlineData("HoldPeriod", "01:00:00", "Crux:HoldPeriod must be from 0 to 00:10:00.")]
    public async Task A_service_s_settings_are_checked_at_start(string key, string value, string message)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new($"Crux:{key}", value), .. key == "Socket" ? [] : (KeyValuePair<string, string?>[])[new("Crux:Socket", "/nowhere/reeve.sock")]]);
        builder.AddCruxService<GalumphService>("galumph2_3");

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var app = builder.Build();
            await app.StartAsync(TestContext.Current.CancellationToken);
        });

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_is_no_duration_at_all_is_named_too()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("Crux:HeartbeatPeriod", "often")]);
        builder.AddCruxService<GalumphService>("galumph2_3");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var app = builder.Build();
            await app.StartAsync(TestContext.Current.CancellationToken);
        });

        Assert.Contains("'often' at 'Crux:HeartbeatPeriod'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_or_selector_that_cannot_be_parsed_is_refused_where_it_is_written()
    {
        var builder = WebApplication.CreateBuilder();

        Assert.Contains("can't be compared", Assert.Throws<FormatException>(() => builder.AddCruxService<GalumphService>("galumph2_3..1")).Message, StringComparison.Ordinal);
        Assert.Contains("has no version", Assert.Throws<FormatException>(() => builder.AddCruxService<GalumphService>("galumph2")).Message, StringComparison.Ordinal);
        Assert.Contains("not a selector", Assert.Throws<FormatException>(() => CruxChannel.For("gal umph")).Message, StringComparison.Ordinal);
        Assert.Contains("not a selector", Assert.Throws<FormatException>(() => new ServiceCollection().AddCruxClient<Galumph.GalumphClient>("")).Message, StringComparison.Ordinal);
    }
}

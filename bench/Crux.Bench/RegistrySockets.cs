using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crux.Machines.Registry;
using Crux.Services;
using Crux.Services.Steward;
using Crux.Services.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Bench;

/// <summary>A steward as a node runs it, on its own in this process; whoever attends is in another one.</summary>
internal static class RegistrySockets
{
    public const int Watchers = 1_000;

    private const int WarmUp = 10;
    private const int Changes = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    public static async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        using var watchers = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [RegistryWatchers.Verb, Watchers.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        try
        {
            return await PlayAsync(watchers, cancellationToken);
        }
        finally
        {
            watchers.Kill();
            await watchers.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<Row>> PlayAsync(Process watchers, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = PinnedCertificate.Create(key, "bench");
        var self = PinnedCertificate.NodeOf(certificate);
        var members = new List<Member> { Seen(self, 0) };
        for (var i = 1; i <= Watchers; i++)
            members.Add(Seen(IdOf(await LineAsync(watchers, cancellationToken)), i));
        var view = new StaticView(self, [.. members]);
        view.Change(it => it with { Group = "mill", Leader = self, Grade = LeaderGrade.Fenced, Token = new GroupToken(1, 1, 0) });

        await using var steward = new StewardDriver(view, reeve: null, healthminder: null, new StewardOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        steward.Start();
        await using var host = Host(view, steward, certificate);
        await host.StartAsync(cancellationToken);
        var port = new Uri(host.Urls.Single()).Port;
        using var own = Process.GetCurrentProcess();
        var before = own.TotalProcessorTime;
        await watchers.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{port} {self}"));
        await ExpectAsync(watchers, "attending", cancellationToken);
        own.Refresh();
        var attending = own.TotalProcessorTime - before;

        var (costs, delays) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = -WarmUp; i < Changes; i++)
        {
            own.Refresh();
            var (cpu, start) = (own.TotalProcessorTime, Stopwatch.GetTimestamp());
            await watchers.StandardInput.WriteLineAsync("go");
            await ExpectAsync(watchers, "told", cancellationToken);
            own.Refresh();
            if (i < 0)
                continue;
            delays.Add(Stopwatch.GetElapsedTime(start));
            costs.Add(own.TotalProcessorTime - cpu);
        }
        await host.StopAsync(cancellationToken);
        var median = costs.Order().ElementAt(Changes / 2);
        return
        [
            new(
                "over TLS sockets: one change to 1,000 watchers, CPU of the steward's process",
                string.Create(CultureInfo.InvariantCulture, $"{median / Limit:0.00} of the limit: median {median.TotalMilliseconds:0} ms, mean {costs.Average(it => it.TotalMilliseconds):0} ms of {Changes} changes; all had it after {delays.Order().ElementAt(Changes / 2).TotalMilliseconds:0} ms on this machine, watchers included"),
                "<= 100 ms",
                median <= Limit),
            Row.OfCount(
                "over TLS sockets: 1,000 reeves attend",
                string.Create(CultureInfo.InvariantCulture, $"{attending.TotalMilliseconds / Watchers:0.0} ms of the steward's CPU each: handshake, stream, snapshot and a full answer")),
        ];
    }

    /// <summary>A node's id as its program wrote it.</summary>
    public static NodeId IdOf(string text) => NodeId.TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no node id.");

    private static Member Seen(NodeId id, int number) => new()
    {
        Id = id, Name = string.Create(CultureInfo.InvariantCulture, $"node{number}"), Address = NetAddress.V4(0x0A000000 + (uint)number, 23123), Incarnation = 1,
    };

    private static WebApplication Host(StaticView view, StewardDriver steward, X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var tls = PinnedCertificate.ServerOptions(certificate, shown => view.Current.Find(PinnedCertificate.NodeOf(shown)) is not null);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
        }));
        builder.Services.AddRoutingCore();
        builder.Services.AddCruxPeerServices(view, steward);
        var host = builder.Build();
        host.UseRouting();
        host.MapCruxPeerServices();
        return host;
    }

    private static async Task<string> LineAsync(Process process, CancellationToken cancellationToken) =>
        await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The watchers' process has ended.");

    private static async Task ExpectAsync(Process process, string word, CancellationToken cancellationToken)
    {
        var line = await LineAsync(process, cancellationToken);
        if (line != word)
            throw new InvalidOperationException($"The watchers said '{line}', not '{word}'.");
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Services.Health;
using Crux.Services.Reeve;
using Crux.Services.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Bench;

/// <summary>Look-ups asked of the reeve itself, with no socket between: what a part of the daemon pays.</summary>
internal static class InProcess
{
    private const int Services = 3;
    private const int LookUps = 20_000_000;

    /// <summary>Look-ups per second on one thread, one figure for each run.</summary>
    public static async Task<List<double>> RatesAsync(int runs, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var self = Members.Of("node1", key);
        var view = new StaticView(self.Id, self);
        await using var heartbeater = new HeartbeaterDriver(view, "bench/bench", new HealthOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        await using var reeve = new ReeveDriver(view, heartbeater, new NoPeers(), new ReeveOptions(), MonotonicClock.System, NullLoggerFactory.Instance);
        heartbeater.Start();
        reeve.Start();
        var points = Enumerable.Range(1, Services).Select(Point).ToList();
        await heartbeater.BeatAsync(heartbeater.OpenProcess(), points, cancellationToken);
        var selector = Selector.Parse("galumph2");
        while ((await reeve.FindAsync(selector, cancellationToken)).Ranked.Offered.Length < Services)
            await Task.Yield();
        return [.. Enumerable.Range(0, runs).Select(_ => Rate(reeve, selector)).Order()];
    }

    private static double Rate(ReeveDriver reeve, Selector selector)
    {
        var start = Stopwatch.GetTimestamp();
        long offers = 0;
        for (var i = 0; i < LookUps; i++)
        {
            if (reeve.TryFind(selector, out var answer))
                offers += answer.Ranked.Offered.Length;
        }
        return offers == (long)LookUps * Services
            ? LookUps / Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException("An answer was missing or wrong.");
    }

    private static BeatPoint Point(int number) => new()
    {
        InstanceId = $"bench{number}",
        Group = "",
        Instance = "galumph2_3",
        Address = $"127.0.0.1:{40_000 + number}",
        KeyHash = new byte[PinnedCertificate.PinSizeBytes],
        Status = ServiceStatus.Serving,
        ValidFor = TimeSpan.FromMinutes(5),
    };
}

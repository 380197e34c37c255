using System.Diagnostics;
using System.Globalization;

namespace Crux.Bench.Etcd;

/// <summary>The processes of <see cref="EtcdContest"/>: services that renew, a watcher, and somebody who looks up, each on a host of the lab.</summary>
internal static class PeerRegistry
{
    public const string Verb = "peer-registry";

    public const int Apis = 100;
    public const int Followed = 10;

    /// <summary>What both are told, and what is Crux's default: beats or renewals every 5 s that hold for three of them.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5), Validity = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FindTime = TimeSpan.FromSeconds(5), WarmUp = TimeSpan.FromSeconds(1);

    public static string ApiOf(int service) => string.Create(CultureInfo.InvariantCulture, $"bench{service % Apis}");

    public static async Task<int> RunAsync(string[] words)
    {
        IRegistry Open() => words[1] == "etcd" ? new EtcdRegistry(words[2]) : new ReeveRegistry(words[2]);
        switch (words[0])
        {
            case "services":
                return await ServeAsync(Open, words[3], int.Parse(words[4], CultureInfo.InvariantCulture), int.Parse(words[5], CultureInfo.InvariantCulture));
            case "watch":
                return await WatchAsync(Open);
            default:
                return await FindAsync(Open, int.Parse(words[3], CultureInfo.InvariantCulture));
        }
    }

    // Every service has a connection of its own, as one that is a process of its own has.
    private static async Task<int> ServeAsync(Func<IRegistry> open, string name, int first, int count)
    {
        var renewing = new List<Task>();
        foreach (var service in Enumerable.Range(first, count))
            renewing.Add(await open().RegisterAsync(ApiOf(service), $"{name}-{service}", 10_000 + service, CancellationToken.None));
        Console.WriteLine("registered");
        // Endless, unless one breaks.
        await await Task.WhenAny(renewing);
        return 1;
    }

    private static async Task<int> WatchAsync(Func<IRegistry> open)
    {
        using var registry = open();
        var known = Enumerable.Range(0, Followed).ToDictionary(ApiOf, _ => new HashSet<string>());
        var gate = new Lock();
        await registry.FollowAsync([.. known.Keys], Told, CancellationToken.None);
        return 1;

        void Told(string api, IReadOnlyCollection<string> ids)
        {
            var now = Stopwatch.GetTimestamp();
            lock (gate)
            {
                foreach (var id in ids.Except(known[api]))
                    Console.WriteLine($"here {id}");
                foreach (var id in known[api].Except(ids))
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"gone {id} {now}"));
                known[api] = [.. ids];
            }
        }
    }

    private static async Task<int> FindAsync(Func<IRegistry> open, int loops)
    {
        using var registry = open();
        var found = (await registry.FindAsync(ApiOf(0), CancellationToken.None)).Count;
        await CountAsync(WarmUp);
        var start = Stopwatch.GetTimestamp();
        var calls = await CountAsync(FindTime);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{calls / Stopwatch.GetElapsedTime(start).TotalSeconds:0} {found}"));
        return 0;

        async Task<long> CountAsync(TimeSpan time)
        {
            var began = Stopwatch.GetTimestamp();
            return (await Task.WhenAll(Enumerable.Range(0, loops).Select(async _ =>
            {
                var count = 0L;
                for (; Stopwatch.GetElapsedTime(began) < time; count++)
                    await registry.FindAsync(ApiOf(0), CancellationToken.None);
                return count;
            }))).Sum();
        }
    }
}

using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>Whatever the order of leader changes, broken streams and lost sight: at rest every table says the same.</summary>
public sealed class RegistryConvergenceTests
{
    private const int Nodes = 5, Steps = 1500;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 100)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void At_rest_caches_and_steward_hold_what_the_heartbeaters_hold(int seed)
    {
        var random = new Random(seed);
        var net = new RegistryNet(Nodes) { Voters = [.. Enumerable.Range(1, seed % 4)] };
        var term = 1ul;
        var leader = 1;
        foreach (var site in net.Sites)
        {
            for (var api = 0; api < 3; api++)
            {
                if (random.Next(2) == 0)
                    net.Watch(site, $"api{api}");
            }
        }
        for (var step = 0; step < Steps; step++)
            Disturb(net, random, ref leader, ref term);

        // Half of the time the steward of the unrest stays, and has to have missed nothing.
        net.SeeAll(leader, random.Next(2) == 0 ? term : ++term);
        for (var second = 0; second < 60; second++)
        {
            net.Settle();
            net.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.Empty(net.Watched.Breaches);
        var truth = Lines(net.Sites.SelectMany(site => site.Heartbeater.Entries));
        Assert.Equal(truth, Lines(net[leader].Steward!.Entries));
        foreach (var site in net.Sites)
        {
            Assert.Equal(StewardPhase.Ready, site.Reeve.Steward);
            var expected = net.Sites.SelectMany(other => other.Heartbeater.Entries)
                .Where(entry => entry.Node == site.View.Self || site.Reeve.IsStandby || site.Reeve.FollowedApis.Contains(entry.Instance.Api));
            Assert.Equal(Lines(expected), Lines(site.Reeve.Known));
        }
    }

    private static void Disturb(RegistryNet net, Random random, ref int leader, ref ulong term)
    {
        var site = net.Sites[random.Next(Nodes)];
        switch (random.Next(200))
        {
            case 0:
                leader = random.Next(1, Nodes + 1);
                net.See(net[leader], leader, ++term);
                break;
            case < 6:
                // A view comes late, or one node is out of sight for a while.
                net.See(site, leader, term, random.Next(3) == 0 ? [random.Next(1, Nodes + 1) is var lost && lost != site.Number ? lost : 0] : []);
                break;
            case < 9 when net.Links.Any():
                net.Break(net.Links.ElementAt(random.Next(net.Links.Count())));
                break;
            case 9:
                net.Restart(site);
                net.Watch(site, $"api{random.Next(3)}");
                net.See(site, leader, term);
                break;
            case < 15:
                net.Goodbye(site, (ulong)random.Next(1, 4));
                break;
            case < 20:
                net.Pass(TimeSpan.FromMilliseconds(random.Next(400)));
                break;
            case < 40:
                net.Attend(site);
                break;
            case < 70:
                net.Beat(site, (ulong)random.Next(1, 4), Point(random));
                break;
            default:
                if (net.Links.Any())
                {
                    var link = net.Links.ElementAt(random.Next(net.Links.Count()));
                    _ = random.Next(2) == 0 ? net.DeliverUp(link) : net.DeliverDown(link);
                }
                break;
        }
    }

    private static BeatPoint Point(Random random) => new()
    {
        InstanceId = $"id{random.Next(6)}",
        Instance = $"api{random.Next(3)}_{random.Next(3)}",
        Address = $"0.0.0.0:{4000 + random.Next(3)}",
        KeyHash = new byte[32],
        Status = (ServiceStatus)random.Next(1, 5),
        ValidFor = TimeSpan.FromMinutes(10),
    };

    private static List<string> Lines(IEnumerable<ServiceEntry> entries) =>
        [.. entries.Select(entry => $"{entry.Key} {entry.Instance} {entry.Address} {entry.Status}").Order(StringComparer.Ordinal)];
}

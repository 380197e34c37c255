using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Machines.Tests.Registry;

namespace Crux.Machines.Tests.Health;

/// <summary>What the healthminder records is what the steward tells whoever follows everything, in the same order.</summary>
public sealed class HealthminderSequenceTests
{
    private const int Nodes = 5, Steps = 600;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Its_sequence_is_the_stewards(int seed)
    {
        var random = new Random(seed);
        var net = new RegistryNet(Nodes) { Voters = [1, 2] };
        net.SeeAll(leader: 1, term: 1);
        net.Settle();
        net.News.Clear();
        net.Said.Clear();
        var (follower, heard) = (net[2].Link!.Id, 0);
        var machine = new HealthminderMachine(1, Group.Name, new HealthHistoryOptions());
        var records = new List<HealthRecord>();
        for (var step = 0; step < Steps; step++)
        {
            Disturb(net, random);
            net.Settle();
            for (; heard < net.News.Count; heard++)
                machine.Hear(step, net.News[heard], records);
        }

        // Node 2 follows everything: what it is told, its first answer left aside, is the steward's own sequence.
        var told = net.Said.Where(message => message.Streams.Contains(follower)).Select(message => message.Push).OfType<UpdatePush>().Where(push => !push.Complete).SelectMany(Lines).ToList();
        Assert.NotEmpty(told);
        Assert.Equal(told, net.News.Select(Line));
        // It records each of them but those that leave the state as it was: a moved address, other words.
        Assert.Equal(records.Select(Line), Steering(net.News).Select(news => $"{news.Entry.Node.Low} {news.Entry.Instance.Api} {news.Entry.InstanceId} {(news.Departure is null ? "there" : "gone")}"));
    }

    private static IEnumerable<string> Lines(UpdatePush push) =>
        push.Removed.Select(removal => $"{removal.Key.Node.Low} {removal.Api} {removal.Key.InstanceId} gone")
            .Concat(push.Upserts.Select(entry => $"{entry.Node.Low} {entry.Instance.Api} {entry.InstanceId} there {entry.Status}"));

    private static string Line(RegistryNews news) =>
        $"{news.Entry.Node.Low} {news.Entry.Instance.Api} {news.Entry.InstanceId} {(news.Departure is null ? $"there {news.Entry.Status}" : "gone")}";

    private static string Line(HealthRecord record) =>
        $"{record.Subject.Node.Low} {record.Subject.Instance.Api} {record.InstanceId} {(record.Kind == HealthRecordKind.There ? "there" : "gone")}";

    private static IEnumerable<RegistryNews> Steering(IEnumerable<RegistryNews> news)
    {
        var states = new Dictionary<string, bool?>();
        foreach (var one in news)
        {
            var key = $"{one.Entry.Key} {one.Entry.Instance}";
            bool? state = one.Departure is not null ? null : one.Entry.Status == ServiceStatus.Unhealthy;
            if (states.TryGetValue(key, out var before) ? before == state : state is null)
                continue;
            states[key] = state;
            yield return one;
        }
    }

    private static void Disturb(RegistryNet net, Random random)
    {
        var site = net.Sites[random.Next(1, Nodes)];
        switch (random.Next(10))
        {
            case 0:
                net.Goodbye(site, (ulong)random.Next(1, 4));
                break;
            case 1:
                net.Pass(TimeSpan.FromSeconds(random.Next(4)));
                break;
            case 2:
                var lost = random.Next(3, Nodes + 1);
                net.See(net[1], leader: 1, term: 1, lost);
                net.See(net[1], leader: 1, term: 1);
                break;
            default:
                net.Beat(site, (ulong)random.Next(1, 4), new BeatPoint
                {
                    InstanceId = $"id{random.Next(4)}", Instance = $"api{random.Next(3)}_1", Address = $"0.0.0.0:{4000 + random.Next(2)}", KeyHash = new byte[32],
                    Status = random.Next(3) == 0 ? ServiceStatus.Unhealthy : ServiceStatus.Serving, ValidFor = TimeSpan.FromSeconds(6),
                });
                break;
        }
    }
}

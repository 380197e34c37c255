using System.Diagnostics.Metrics;
using System.Reflection;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Events;
using Crux.Node.Flock;
using Microsoft.Extensions.Logging;

namespace Crux.Node.Tests.Flock;

public sealed class FlockReporterTests
{
    private static readonly NodeId Self = new(1, 1);

    private static readonly Member Other = new() { Id = new NodeId(2, 2), Name = "node2", Address = NetAddress.V4(0x0A000002, 23123), Incarnation = 1 };

    [Fact]
    public void Event_ids_are_its_own_and_never_repeat()
    {
        var ids = typeof(FlockReporter).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().Select(message => message.EventId).ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.InRange(id, 1100, 1199));
    }

    [Fact]
    public void Every_kind_of_news_is_told_in_one_line()
    {
        var logs = new CollectedLogs();
        using var reporter = Reporter(logs);
        FlockEvent[] news =
        [
            new MemberJoined(Other), new MemberLeft(Other, Departure.Evicted), new MemberChanged(Other, Other with { Status = MemberStatus.Unreachable }),
            new LeaderChanged(null, Self, 1), new ViewSettled(2, TimeSpan.FromSeconds(1)), new ViewUnsettled(2), new MemberDoubted(Other.Id, Other.Address),
            new CloneSeen(Self, "a", Other.Address, Other.Address), new PutAside(Self, Other.Address), new DatagramRejected(Other.Address, RejectReason.Replay, 3), new NameTaken("a", Self, Other.Id, "a-2"),
            new PartitionSeen(3, 8), new SelfStalled(TimeSpan.FromSeconds(3)),
        ];
        foreach (var one in news)
            reporter.Report(one);
        Assert.Equal(news.Length, logs.Lines.Count);
        Assert.Equal(["Error", "Warning", "Warning", "Warning", "Warning"], logs.Lines.Select(line => line.Split(' ')[0]).Where(level => level is "Warning" or "Error"));
    }

    [Fact]
    public void Where_a_node_looks_is_told_with_its_contacts()
    {
        var logs = new CollectedLogs();
        using var reporter = Reporter(logs);
        reporter.Started(Self, Other.Address, [AddressRange.Around(0x0A000000, 24)], [NetAddress.V4(0x0A090001, 23123)]);
        reporter.Started(Self, Other.Address, [AddressRange.Around(0x0A000000, 24)], []);
        Assert.Contains("10.9.0.1:23123", logs.Lines.First(), StringComparison.Ordinal);
        Assert.DoesNotContain("contacts", logs.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_instruments_count_members_and_changes()
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == FlockReporter.Name && instrument.Meter.Tags?.Contains(new("crux.node", "reporter-test")) == true)
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        using var reporter = Reporter(new CollectedLogs());
        reporter.Report(new LeaderChanged(null, Self, 1));
        reporter.Report(new MemberJoined(Other));
        reporter.Report(new MemberLeft(Other, Departure.Left));
        listener.RecordObservableInstruments();
        Assert.Equal(1, seen["crux.flock.leader_changes"]);
        Assert.Equal(2, seen["crux.flock.view_changes"]);
        Assert.Equal(1, seen["crux.flock.members"]);
        Assert.Equal(0, seen["crux.flock.rejected"]);
        Assert.Contains("crux.flock.datagrams", seen.Keys);
    }

    private static FlockReporter Reporter(CollectedLogs logs) =>
        new(logs, "reporter-test", new BrokenConfab(), new FlockCounters(), () => new GroupSnapshot { Group = "alpha", Self = Self, Members = [Other] });
}

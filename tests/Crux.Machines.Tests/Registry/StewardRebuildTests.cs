using System.Diagnostics;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>A new steward and the whole group that talks to it at once.</summary>
public sealed class StewardRebuildTests
{
    private const int Nodes = 2_000, PointsPerNode = 17, ApisFollowed = 4;

    private readonly GroupSnapshot _view = Group.Of([.. Enumerable.Range(1, Nodes).Select(number => Group.Node(number))]);
    private readonly StewardOutbox _outbox = new();
    private readonly Dictionary<ulong, int> _pushes = [];
    private readonly StewardMachine _steward;
    private Instant _now = new(TimeSpan.TicksPerHour);
    private long _entriesMade, _entriesSent;

    public StewardRebuildTests() =>
        _steward = new StewardMachine(_now, _view with { Leader = Group.Id(1), Token = new GroupToken(1, 1, 0) }, new StewardOptions());

    [Fact]
    public void Two_thousand_reeves_are_told_each_entry_twice_at_most_and_in_few_words()
    {
        var watch = Stopwatch.StartNew();
        for (var number = 1; number <= Nodes; number++)
        {
            _now += TimeSpan.FromMilliseconds(1);
            if (_steward.NextDeadline <= _now)
                Step(() => _steward.Tick(_now, _outbox));
            var (stream, entries) = ((ulong)number, Enumerable.Range(0, PointsPerNode).Select(api => Group.Entry(number, $"api{api:D2}_1")));
            Step(() => Assert.True(_steward.Open(stream, Group.Id(number), _outbox)));
            Step(() => _steward.Receive(_now, stream, new SnapshotReport([.. entries], PointsPerNode), _outbox));
            var followed = Enumerable.Range(0, ApisFollowed).Select(i => $"api{(number + i) % PointsPerNode:D2}").Order(StringComparer.Ordinal);
            Step(() => _steward.Receive(_now, stream, new InterestReport([.. followed], Refresh: false), _outbox));
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{watch.ElapsedMilliseconds} ms; {_pushes.Values.Sum(count => (long)count)} pushes, {_pushes.Values.Max()} at most to one reeve; {_entriesMade} entries made, {_entriesSent} sent");
        Assert.Equal(StewardPhase.Ready, _steward.Phase);
        Assert.Equal(Nodes * PointsPerNode, _steward.Count);
        Assert.InRange(_entriesSent, 0, 2L * Nodes * ApisFollowed * Nodes);
        Assert.InRange(_entriesMade, 0, 8L * Nodes * PointsPerNode);
        Assert.InRange(_pushes.Values.Max(), 0, 100);
    }

    private void Step(Action step)
    {
        _outbox.Clear();
        step();
        foreach (var message in _outbox.Messages)
        {
            var entries = message.Push is UpdatePush update ? update.Upserts.Length : 0;
            _entriesMade += entries;
            _entriesSent += (long)entries * message.Streams.Length;
            foreach (var stream in message.Streams)
                _pushes[stream] = _pushes.GetValueOrDefault(stream) + 1;
        }
    }
}

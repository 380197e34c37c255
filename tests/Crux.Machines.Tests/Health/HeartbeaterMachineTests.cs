using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Health;

public sealed class HeartbeaterMachineTests
{
    private static readonly LocalNode Node = new(new NodeId(1, 1), "node1", NetAddress.V4(0x0A000007, 23123), 3, "r1", "demo", "lab/demo");

    private readonly HeartbeaterMachine _machine = new(Node, new HealthOptions());
    private readonly HealthOutbox _outbox = new();
    private readonly List<string> _transcript = [];

    [Fact]
    public void A_process_that_hangs_is_failed_when_its_validity_is_over()
    {
        Beat(0, 1, Point("galumph2_3", 4000) with { ValidFor = TimeSpan.FromSeconds(6) });
        Beat(5, 1, Point("galumph2_3", 4000) with { ValidFor = TimeSpan.FromSeconds(6) });
        Assert.Equal(At(11), _machine.NextDeadline);
        Tick(10.999);
        Tick(11);

        AssertTranscript(
            "0: 1 Up galumph2_3@10.0.0.7:4000 first beat from 10.0.0.7:4000",
            "11: 2 Failed galumph2_3@10.0.0.7:4000 no beat for 6 s");
        Assert.Equal(Instant.Never, _machine.NextDeadline);
    }

    [Fact]
    public void The_same_point_on_another_port_has_changed_and_is_still_one()
    {
        Beat(0, 1, Point("galumph2_3", 4000));
        Beat(5, 1, Point("galumph2_3", 5000));

        AssertTranscript(
            "0: 1 Up galumph2_3@10.0.0.7:4000 first beat from 10.0.0.7:4000",
            "5: 2 Changed galumph2_3@10.0.0.7:5000 moved from 10.0.0.7:4000 to 10.0.0.7:5000");
        Assert.Equal(1, _machine.Count);
    }

    [Fact]
    public void A_beat_that_says_nothing_new_is_no_verdict()
    {
        for (var second = 0; second < 60; second += 5)
            Beat(second, 1, Point("galumph2_3", 4000) with { IssuedUnixMs = second });

        Assert.Single(_transcript);
    }

    [Fact]
    public void A_failing_health_check_is_a_change_of_status_with_its_words()
    {
        Beat(0, 1, Point("galumph2_3", 4000));
        Beat(5, 1, Point("galumph2_3", 4000) with { Status = ServiceStatus.Unhealthy, Reason = "names: database away" });
        Beat(10, 1, Point("galumph2_3", 4000));

        AssertTranscript(
            "0: 1 Up galumph2_3@10.0.0.7:4000 first beat from 10.0.0.7:4000",
            "5: 2 Changed galumph2_3@10.0.0.7:4000 went from Serving to Unhealthy: names: database away",
            "10: 3 Changed galumph2_3@10.0.0.7:4000 went from Unhealthy to Serving");
    }

    [Fact]
    public void A_goodbye_is_heard_at_once_and_a_closed_stream_after_a_grace()
    {
        Beat(0, 1, Point("galumph2_3", 4000));
        Beat(0, 2, Point("galumph2_4", 4001));
        Run(1, now => _machine.Goodbye(now, 1, _outbox));
        Run(1, now => _machine.Close(now, 2, _outbox));
        Tick(1.9);
        Tick(2);

        AssertTranscript(
            "0: 1 Up galumph2_3@10.0.0.7:4000 first beat from 10.0.0.7:4000",
            "0: 2 Up galumph2_4@10.0.0.7:4001 first beat from 10.0.0.7:4001",
            "1: 3 Left galumph2_3@10.0.0.7:4000 said goodbye",
            "2: 4 Failed galumph2_4@10.0.0.7:4001 its process closed its stream and did not come back");
    }

    [Fact]
    public void The_grace_is_never_longer_than_what_is_left_of_the_validity()
    {
        Beat(0, 1, Point("galumph2_3", 4000) with { ValidFor = TimeSpan.FromSeconds(6) });
        Run(5.5, now => _machine.Close(now, 1, _outbox));

        Assert.Equal(At(6), _machine.NextDeadline);
    }

    [Fact]
    public void A_process_that_comes_back_within_the_grace_is_not_missed_and_its_old_stream_takes_nothing_along()
    {
        Beat(0, 1, Point("galumph2_3", 4000));
        Run(1, now => _machine.Close(now, 1, _outbox));
        Beat(1.5, 2, Point("galumph2_3", 4000));
        Tick(10);
        Beat(10, 3, Point("galumph2_3", 4000));
        Run(11, now => _machine.Close(now, 2, _outbox));
        Tick(20);

        Assert.Single(_transcript);
        Assert.Equal(At(25), _machine.NextDeadline);
    }

    [Fact]
    public void Validity_is_clamped_to_what_a_heartbeater_can_judge()
    {
        Beat(0, 1, Point("galumph2_3", 4000) with { ValidFor = TimeSpan.FromDays(-1) });
        Assert.Equal(At(1), _machine.NextDeadline);
        Beat(0, 1, Point("galumph2_3", 4000) with { ValidFor = TimeSpan.MaxValue });
        Assert.Equal(At(600), _machine.NextDeadline);
        Beat(0, 1, Point("galumph2_3", 4000) with { ValidFor = null });
        Assert.Equal(At(15), _machine.NextDeadline);
    }

    [Fact]
    public void A_node_that_is_renamed_says_so_of_every_entry()
    {
        Beat(0, 1, Point("galumph2_3", 4000));
        Run(1, now => _machine.Rename(now, Node with { Name = "node1-2", Address = NetAddress.V4(0x0A000008, 23123) }, _outbox));

        AssertTranscript(
            "0: 1 Up galumph2_3@10.0.0.7:4000 first beat from 10.0.0.7:4000",
            "1: 2 Changed galumph2_3@10.0.0.8:4000 its node is node1-2 at 10.0.0.8:23123 now");
        Assert.Equal("node1-2:4000", _machine.Entries.Single().NetId.ToString());
    }

    [Theory]
    [InlineData("galumph2_", "'galumph2_' has no version: write api, underscore, version, such as 'galumph2_1'.")]
    [InlineData("", "'' is not an instance name: it needs 1 to 64 characters of a-z, A-Z, 0-9, '-', '_' and '.', starting with a letter or digit, such as 'galumph2_3'.")]
    public void A_name_that_cannot_be_parsed_is_refused_with_its_own_sentence(string instance, string sentence)
    {
        Beat(0, 1, Point("galumph2_3", 4000) with { Instance = instance }, Point("galumph2_4", 4001));

        Assert.Equal([sentence], Refusals);
        Assert.Equal(1, _machine.Count);
    }

    [Fact]
    public void Everything_else_that_is_wrong_is_refused_in_words_too()
    {
        var good = Point("galumph2_3", 4000);
        Beat(
            0, 1,
            good with { InstanceId = "" },
            good with { InstanceId = "has a space" },
            good with { Address = "10.0.0.7" },
            good with { Address = "rubbish" },
            good with { Address = "127.0.0.1:4000" },
            good with { Address = "224.0.0.1:4000" },
            good with { KeyHash = new byte[31] },
            good with { FlockId = "lab/other" },
            good with { Group = "other" },
            good with { Labels = [new("bad key", "x")] },
            good with { Labels = [new("k", new string('x', LabelSet.MaxValueLength + 1))] },
            good with { Artifact = new string('x', ServiceEntry.MaxArtifactLength + 1) });

        Assert.Equal(12, Refusals.Count);
        Assert.Equal(0, _machine.Count);
        Assert.All(Refusals, sentence => Assert.StartsWith("galumph2_3 ", sentence));
        Assert.Contains("galumph2_3 listens at 127.0.0.1:4000, which other nodes can't reach: bind it to 0.0.0.0 or to 10.0.0.7:0.", Refusals);
    }

    [Fact]
    public void Points_of_a_process_and_of_the_node_are_bounded_and_known_points_go_on()
    {
        var machine = new HeartbeaterMachine(Node, new HealthOptions { MaxPoints = 3, MaxPointsPerProcess = 2, MaxProcesses = 2 });
        machine.Beat(At(0), 1, [Point("a_1", 1), Point("a_2", 2)], _outbox);
        machine.Beat(At(0), 2, [Point("b_1", 3), Point("b_2", 4)], _outbox);
        machine.Beat(At(0), 3, [Point("c_1", 5)], _outbox);
        machine.Beat(At(0), 1, [Point("a_1", 1), Point("a_2", 2), Point("a_3", 6)], _outbox);
        machine.Beat(At(1), 1, [Point("a_1", 1), Point("a_2", 2)], _outbox);

        Assert.Equal(3, machine.Count);
        Assert.Equal(
            [
                "b_2 was not registered: this node holds 3 points, and that is the most.",
                "2 processes beat on this node already, and that is the most: stop one, or raise MaxProcesses.",
                "The beat carries 3 points: 2 is the most for one process.",
            ],
            _outbox.Refusals);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_happens_the_sequence_has_no_gap_and_a_snapshot_with_what_follows_is_the_truth(int seed)
    {
        var random = new Random(seed);
        var follower = new SortedDictionary<string, ServiceEntry>(StringComparer.Ordinal);
        var sequence = 0ul;
        var now = 0.0;
        for (var step = 0; step < 5000; step++)
        {
            now += random.NextDouble();
            var process = (ulong)random.Next(1, 6);
            _outbox.Clear();
            switch (random.Next(6))
            {
                case 0:
                    _machine.Close(At(now), process, _outbox);
                    break;
                case 1 when random.Next(3) == 0:
                    _machine.Goodbye(At(now), process, _outbox);
                    break;
                default:
                    _machine.Beat(At(now), process, [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomPoint(random))], _outbox);
                    break;
            }
            foreach (var verdict in _outbox.Verdicts)
            {
                Assert.Equal(++sequence, verdict.Sequence);
                if (verdict.Kind is VerdictKind.Up)
                    follower.Add(verdict.Entry.InstanceId, verdict.Entry);
                else if (verdict.Kind is VerdictKind.Changed)
                    follower[verdict.Entry.InstanceId] = verdict.Entry;
                else
                    Assert.True(follower.Remove(verdict.Entry.InstanceId));
            }
            Assert.Equal(_machine.Sequence, sequence);
            Assert.Equal(follower.Values, _machine.Entries.OrderBy(entry => entry.InstanceId, StringComparer.Ordinal));
        }
        _machine.Tick(At(now + 700), _outbox);
        Assert.Equal(0, _machine.Count);
        Assert.Equal(Instant.Never, _machine.NextDeadline);
    }

    [Fact]
    public void A_long_reason_is_cut_between_two_characters()
    {
        var reason = new string('x', ServiceEntry.MaxReasonLength - 1) + "\U0001F525 and more";
        Beat(0, 1, Point("galumph2_3", 4000) with { Reason = reason });

        Assert.Equal(reason[..(ServiceEntry.MaxReasonLength - 1)], Assert.Single(_machine.Entries).StatusReason);
    }

    private IReadOnlyList<string> Refusals => _outbox.Refusals;

    private static Instant At(double seconds) => new(TimeSpan.TicksPerHour + (long)(seconds * TimeSpan.TicksPerSecond));

    private static BeatPoint Point(string instance, int port) => new()
    {
        InstanceId = instance.Length == 0 ? "none" : $"id-{instance}",
        Instance = instance,
        Address = $"0.0.0.0:{port}",
        KeyHash = new byte[32],
        Status = ServiceStatus.Serving,
    };

    private static BeatPoint RandomPoint(Random random) => Point($"api{random.Next(3)}_{random.Next(4)}", 4000 + random.Next(3)) with
    {
        Status = (ServiceStatus)random.Next(1, 5),
        ValidFor = TimeSpan.FromSeconds(random.Next(1, 20)),
    };

    private void Beat(double seconds, ulong process, params BeatPoint[] points) => Run(seconds, now => _machine.Beat(now, process, points, _outbox));

    private void Tick(double seconds) => Run(seconds, now => _machine.Tick(now, _outbox));

    private void Run(double seconds, Action<Instant> step)
    {
        _outbox.Clear();
        step(At(seconds));
        foreach (var verdict in _outbox.Verdicts)
            _transcript.Add(FormattableString.Invariant($"{seconds}: {verdict.Sequence} {verdict.Kind} {verdict.Entry.Instance}@{verdict.Entry.Address} {verdict.Reason}"));
    }

    private void AssertTranscript(params string[] expected) => Assert.Equal(expected, _transcript);
}

using Crux.Machines.Health;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Crux.Services.Tests.Health;

public sealed class HeartbeaterServiceTests
{
    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_beat_registers_and_the_answer_names_the_node()
    {
        await using var node = await TestNode.StartAsync();
        using var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit);

        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_3", 4000) } }, Quit);

        Assert.True(await beats.ResponseStream.MoveNext(Quit));
        Assert.Empty(beats.ResponseStream.Current.Refused);
        Assert.Equal("node1", beats.ResponseStream.Current.Node.Name);
        Assert.Equal(TestNode.FlockId, beats.ResponseStream.Current.Node.FlockId);
        Assert.Equal(1, node.Heartbeater.Count);
    }

    [Fact]
    public async Task A_version_that_cannot_be_parsed_is_refused_with_the_sentence_and_the_others_are_taken()
    {
        await using var node = await TestNode.StartAsync();
        using var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit);

        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_", 4000), Points.Of("galumph2_4", 4001) } }, Quit);

        Assert.True(await beats.ResponseStream.MoveNext(Quit));
        Assert.False(InstanceName.TryParse("galumph2_", out _, out var sentence));
        Assert.Equal([sentence], beats.ResponseStream.Current.Refused);
        Assert.Equal(1, node.Heartbeater.Count);
    }

    [Fact]
    public async Task Verdicts_open_with_what_is_alive_and_go_on_without_a_gap()
    {
        await using var node = await TestNode.StartAsync();
        using var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit);
        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_3", 4000) } }, Quit);
        Assert.True(await beats.ResponseStream.MoveNext(Quit));

        using var verdicts = node.HeartbeaterClient.Verdicts(new VerdictsRequest(), cancellationToken: Quit);
        var opening = await NextAsync(verdicts);
        Assert.Equal((1ul, Protos.VerdictKind.Up, "galumph2_3"), (opening.Sequence, opening.Kind, opening.Entry.Instance));
        Assert.Equal(Protos.VerdictKind.SnapshotEnd, (await NextAsync(verdicts)).Kind);

        await beats.RequestStream.WriteAsync(new BeatRequest { Goodbye = true }, Quit);
        var left = await NextAsync(verdicts);
        Assert.Equal((2ul, Protos.VerdictKind.Left), (left.Sequence, left.Kind));
    }

    [Fact]
    public async Task A_process_that_is_gone_without_a_goodbye_is_failed_after_the_grace()
    {
        await using var node = await TestNode.StartAsync(new HealthOptions { ReconnectGrace = TimeSpan.FromMilliseconds(20) });
        using var verdicts = node.HeartbeaterClient.Verdicts(new VerdictsRequest(), cancellationToken: Quit);
        Assert.Equal(Protos.VerdictKind.SnapshotEnd, (await NextAsync(verdicts)).Kind);
        using (var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit))
        {
            await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_3", 4000) } }, Quit);
            Assert.True(await beats.ResponseStream.MoveNext(Quit));
        }

        Assert.Equal(Protos.VerdictKind.Up, (await NextAsync(verdicts)).Kind);
        Assert.Equal(Protos.VerdictKind.Failed, (await NextAsync(verdicts)).Kind);
    }

    [Fact]
    public async Task A_beat_of_nonsense_is_refused_in_words_and_breaks_nothing()
    {
        await using var node = await TestNode.StartAsync();
        using var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit);
        var nonsense = new Point
        {
            Instance = "galumph2_3",
            InstanceId = new string('x', 1000),
            Address = "nowhere",
            KeyHash = ByteString.CopyFrom(new byte[7]),
            Status = (Protos.Status)99,
            ValidFor = new Duration { Seconds = long.MaxValue, Nanos = int.MinValue },
        };

        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { nonsense, new Point() } }, Quit);

        Assert.True(await beats.ResponseStream.MoveNext(Quit));
        Assert.Equal(2, beats.ResponseStream.Current.Refused.Count);
        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_3", 4000) } }, Quit);
        Assert.True(await beats.ResponseStream.MoveNext(Quit));
        Assert.Empty(beats.ResponseStream.Current.Refused);
    }

    [Fact]
    public async Task A_node_that_stops_ends_open_streams_at_once()
    {
        await using var node = await TestNode.StartAsync();
        using var verdicts = node.HeartbeaterClient.Verdicts(new VerdictsRequest(), cancellationToken: Quit);
        Assert.Equal(Protos.VerdictKind.SnapshotEnd, (await NextAsync(verdicts)).Kind);

        await node.StopLocalHostAsync().WaitAsync(TimeSpan.FromSeconds(5), Quit);

        var fault = await Assert.ThrowsAsync<RpcException>(() => verdicts.ResponseStream.MoveNext(Quit));
        Assert.Equal(StatusCode.Unavailable, fault.StatusCode);
    }

    private static async Task<Protos.Verdict> NextAsync(AsyncServerStreamingCall<Protos.Verdict> verdicts)
    {
        Assert.True(await verdicts.ResponseStream.MoveNext(Quit));
        return verdicts.ResponseStream.Current;
    }
}

using System.Security.Cryptography;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Services.Tests.Reeve;

public sealed class ReeveServiceTests
{
    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_hears_nothing_offered_then_the_service_then_its_end()
    {
        await using var node = await TestNode.StartAsync();
        using var watch = node.ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        Assert.Empty((await NextAsync(watch)).Offers);

        using var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit);
        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_3", 4000) } }, Quit);
        var reply = await NextAsync(watch);
        Assert.Equal("127.0.0.1:4000", Assert.Single(reply.Offers).Entry.Address);
        Assert.Equal("newest version, same node", reply.Offers[0].Reason);
        Assert.Equal(StewardState.Absent, reply.Steward);

        await beats.RequestStream.WriteAsync(new BeatRequest { Goodbye = true }, Quit);
        Assert.Empty((await NextAsync(watch)).Offers);
    }

    [Fact]
    public async Task Find_answers_from_the_cache_and_says_that_steward_is_away()
    {
        await using var node = await TestNode.StartAsync();
        using var beats = node.HeartbeaterClient.Beat(cancellationToken: Quit);
        await beats.RequestStream.WriteAsync(new BeatRequest { Points = { Points.Of("galumph2_3", 4000) } }, Quit);
        Assert.True(await beats.ResponseStream.MoveNext(Quit));

        using var watch = node.ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
        while ((await NextAsync(watch)).Offers.Count == 0)
        {
        }
        var reply = await node.ReeveClient.FindAsync(new FindRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);

        Assert.Single(reply.Offers);
        Assert.Equal("steward is away; this is what node1 last heard", reply.Note);
    }

    [Fact]
    public async Task A_watch_that_is_given_up_at_any_moment_leaves_nothing_open()
    {
        await using var node = await TestNode.StartAsync();
        var random = new Random(11);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Quit);
            impatient.CancelAfter(TimeSpan.FromMicroseconds(random.Next(3000)));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var _ in node.Reeve.WatchAsync(Selector.Parse("galumph2"), impatient.Token))
                {
                }
            });
        }));

        await node.Reeve.FindAsync(Selector.Parse("galumph2"), Quit);
        await node.Reeve.ListKnownAsync(Quit);
        Assert.Equal(0, node.Reeve.Watches);
    }

    [Fact]
    public async Task A_selector_that_names_nothing_is_refused_in_words()
    {
        await using var node = await TestNode.StartAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(
            () => node.ReeveClient.FindAsync(new FindRequest { Selector = new Protos.Selector { Version = "3" } }, cancellationToken: Quit).ResponseAsync);

        Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        Assert.StartsWith("Name an api", fault.Status.Detail);
    }

    [Fact]
    public async Task Enroll_signs_the_process_key_with_the_node_key_and_fills_the_address()
    {
        await using var node = await TestNode.StartAsync();
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new EnrollRequest
        {
            Service = "galumph2_3",
            PublicKey = ByteString.CopyFrom(own.ExportSubjectPublicKeyInfo()),
            Endpoint = "0.0.0.0:4000",
        };

        var reply = await node.ReeveClient.EnrollAsync(request, cancellationToken: Quit);

        var statement = IdentityStatement.Parser.ParseFrom(reply.Statement.Statement);
        Assert.Equal("127.0.0.1:4000", statement.Endpoint);
        Assert.Equal(request.PublicKey, statement.PublicKey);
        using var nodeKey = ECDsa.Create();
        nodeKey.ImportSubjectPublicKeyInfo(statement.NodeKey.Span, out _);
        Assert.Equal(node.View.Current.Self, NodeId.FromPublicKey(statement.NodeKey.Span));
        Assert.True(nodeKey.VerifyData(
            [.. "crux identity v1\0"u8, .. reply.Statement.Statement.Span],
            reply.Statement.Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Fact]
    public async Task Enroll_refuses_what_is_not_a_P256_key()
    {
        await using var node = await TestNode.StartAsync();
        using var wrong = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var bytes in new[] { [], new byte[91], new byte[100_000], wrong.ExportSubjectPublicKeyInfo() })
        {
            var fault = await Assert.ThrowsAsync<RpcException>(() => node.ReeveClient.EnrollAsync(
                new EnrollRequest { Service = "galumph2_3", PublicKey = ByteString.CopyFrom(bytes) }, cancellationToken: Quit).ResponseAsync);
            Assert.Equal(StatusCode.InvalidArgument, fault.StatusCode);
        }
    }

    [Fact]
    public async Task WatchNodes_tells_the_set_at_once_and_after_every_change()
    {
        await using var node = await TestNode.StartAsync();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var watch = node.ReeveClient.WatchNodes(new WatchNodesRequest(), cancellationToken: Quit);
        Assert.True(await watch.ResponseStream.MoveNext(Quit));
        Assert.Single(watch.ResponseStream.Current.NodeIds);

        node.View.Change(view => view with { Members = view.Members.Add(Members.Of("node2", other, 0x7F000002)) });

        Assert.True(await watch.ResponseStream.MoveNext(Quit));
        Assert.Equal(2, watch.ResponseStream.Current.NodeIds.Count);
    }

    private static async Task<FindReply> NextAsync(AsyncServerStreamingCall<FindReply> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(Quit));
        return watch.ResponseStream.Current;
    }
}

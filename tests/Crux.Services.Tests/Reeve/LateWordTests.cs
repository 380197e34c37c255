using System.Security.Cryptography;
using Crux.Machines.Health;
using Crux.Machines.Registry;
using Crux.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crux.Services.Tests.Reeve;

/// <summary>What a leader says that is not the newest of its lineage, or of none, and comes all the same.</summary>
public sealed class LateWordTests
{
    private static readonly GroupToken InView = new(5, 4, 0);

    private static CancellationToken Quit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(5, 3)]
    [InlineData(4, 9)]
    [InlineData(6, 9)]
    [InlineData(0, 9)]
    public async Task A_word_under_another_token_than_the_leaders_in_view_is_refused_even_on_its_stream(ulong lineage, ulong term)
    {
        using var leaderKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (self, leader) = (Members.Of("node1", key), Members.Of("node2", leaderKey, 0x7F000002));
        var folder = Directory.CreateTempSubdirectory("crux-test-");
        var socket = Path.Combine(folder.FullName, "peer.sock");
        var late = new GroupToken(lineage, term, 0);
        var steward = new ScriptedSteward(
        [
            new StandingPush(InView, StewardPhase.Ready, 2, 2),
            new UpdatePush(late, 7) { Upserts = [Entry(leader, 4000, late)] },
            new UpdatePush(InView, 8) { Upserts = [Entry(leader, 4001, InView)] },
        ]);
        await using var host = TestHost.Build(socket, services => services.AddSingleton(steward).AddGrpc(), endpoints => endpoints.MapGrpcService<ScriptedSteward>());
        await host.StartAsync(Quit);
        await using (var node = new TestNode(new StaticView(self.Id, self, leader), key, _ => new TestPeers(self.Id, _ => socket), new HealthOptions(), new ReeveOptions(), new StewardOptions()))
        {
            await node.StartAsync();
            using var watch = node.ReeveClient.Watch(new WatchRequest { Selector = new Protos.Selector { Api = "galumph2" } }, cancellationToken: Quit);
            Assert.True(await watch.ResponseStream.MoveNext(Quit));

            node.View.Change(view => view with { Leader = leader.Id, Grade = LeaderGrade.Fenced, Token = InView });

            // Pushes are taken in order: had the late one been let through, it would show by now.
            do
                Assert.True(await watch.ResponseStream.MoveNext(Quit));
            while (watch.ResponseStream.Current.Offers.Count == 0);
            Assert.Equal("127.0.0.2:4001", Assert.Single(watch.ResponseStream.Current.Offers).Entry.Address);
            Assert.Single(await node.Reeve.ListKnownAsync(Quit));
        }
        await host.StopAsync(new CancellationToken(canceled: true));
        folder.Delete(recursive: true);
    }

    private static ServiceEntry Entry(Member node, ushort port, GroupToken token) => new()
    {
        Node = node.Id,
        InstanceId = $"galumph2_3@{port}",
        Group = "demo",
        Instance = InstanceName.Parse("galumph2_3"),
        Address = node.Address.WithPort(port),
        NodeName = node.Name,
        Incarnation = 1,
        KeyHash = new KeyHash(1, 2, 3, 4),
        Status = ServiceStatus.Serving,
        ValidFor = TimeSpan.FromSeconds(15),
        Token = token,
    };
}

using System.Security.Cryptography;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Node.Tests.Groups;

public sealed class KeyNameTests
{
    [Fact]
    public async Task A_node_is_asked_through_another_under_which_names_its_processes_have_keys()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var flock = new LoopbackFlock();
        var nodes = await flock.StartAsync(2);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await new Reeve.ReeveClient(flock.Channel(nodes[1])).EnrollAsync(
            new EnrollRequest { Service = "web", PublicKey = ByteString.CopyFrom(key.ExportSubjectPublicKeyInfo()) }, cancellationToken: cancel);
        var asked = new KeyNames.KeyNamesClient(flock.Channel(nodes[0]));
        var (near, far, none) = (Bytes(nodes[0].Id), Bytes(nodes[1].Id), Bytes(new NodeId(7, 7)));

        var known = (await asked.FindAsync(new FindKeyNamesRequest { Service = "web", NodeIds = { near, far, none } }, cancellationToken: cancel)).Nodes;
        var unknown = (await asked.FindAsync(new FindKeyNamesRequest { Service = "wbe", NodeIds = { far } }, cancellationToken: cancel)).Nodes;

        Assert.Equal([(near, KeyNameState.Unknown), (far, KeyNameState.Known), (none, KeyNameState.Unanswered)], known.Select(it => (it.NodeId, it.State)));
        Assert.Equal((KeyNameState.Unknown, "web"), (Assert.Single(unknown).State, Assert.Single(unknown[0].Names)));
    }

    private static ByteString Bytes(NodeId id) => ByteString.CopyFrom(id.ToArray());
}

using System.Collections.Immutable;
using Crux.Machines.Registry;
using Crux.Services.Reeve;
using Grpc.Core;

namespace Crux.Services.Tests.Reeve;

public sealed class NodeSearchTests
{
    private static readonly NodeId Here = new(1, 1);
    private static readonly NodeId There = new(2, 2);

    [Fact]
    public void The_node_of_a_service_that_the_view_cannot_name_is_sought_at_the_services_address()
    {
        var (peers, now) = (new SeekingPeers(), new Instant(0));
        var search = new NodeSearch(peers);
        search.Stir(now, View(size: 3));
        search.Look(now, View(size: 3), [Entry(There), Entry(Here)]);
        Assert.Equal([Address.WithPort(0)], Assert.Single(peers.Sought).Hosts);
        Assert.False(peers.Sought[0].Everybody);

        search.Look(now + TimeSpan.FromMilliseconds(499), View(size: 3), [Entry(There)]);
        Assert.Single(peers.Sought);
        search.Look(now + NodeSearch.FirstPause, View(size: 3), []);
        Assert.Single(peers.Sought);
        Assert.Equal(Instant.Never, search.Due);
    }

    [Fact]
    public void What_no_address_leads_to_has_everybody_fetched_and_the_pauses_grow()
    {
        var peers = new SeekingPeers();
        var search = new NodeSearch(peers);
        search.Stir(new Instant(0), View(size: 3));
        for (var look = 0; look <= NodeSearch.LooksBeforeAll; look++)
            search.Look(look == 0 ? new Instant(0) : search.Due, View(size: 3), [Entry(There)]);
        Assert.Equal(NodeSearch.LooksBeforeAll, peers.Sought.Count(it => !it.Everybody));
        Assert.True(peers.Sought[^1].Everybody);
        Assert.Equal(NodeSearch.FirstPause * 31, search.Due - new Instant(0) - NodeSearch.FirstPause * 32);
    }

    [Fact]
    public void Where_all_are_named_nobody_is_sought()
    {
        var peers = new SeekingPeers();
        var search = new NodeSearch(peers);
        search.Stir(new Instant(0), View(size: 1));
        search.Look(new Instant(0), View(size: 1), [Entry(There)]);
        Assert.Empty(peers.Sought);
    }

    private static NetAddress Address => NetAddress.V4(0x0A000002, 41_000);

    private static GroupSnapshot View(int size) => new()
    {
        Group = "mill", Self = Here, Size = size,
        Members = ImmutableArray.Create(new Member { Id = Here, Name = "node1", Address = NetAddress.V4(0x0A000001, 23123), Incarnation = 1 }),
    };

    private static ServiceEntry Entry(NodeId node) => new()
    {
        Node = node, InstanceId = "1", Group = "mill", Instance = InstanceName.Parse("galumph2_3"), Address = Address, NodeName = "node2", KeyHash = default,
    };

    private sealed class SeekingPeers : IPeers
    {
        public List<(IReadOnlyList<NetAddress> Hosts, bool Everybody)> Sought { get; } = [];

        public CallInvoker Connect(Member member) => throw new InvalidOperationException("Nobody is called in this test.");

        public void Seek(IReadOnlyList<NetAddress> hosts, bool everybody) => Sought.Add((hosts, everybody));
    }
}

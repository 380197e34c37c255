using System.Collections.Immutable;
using System.Security.Cryptography;
using Crux.Machines.Health;
using Crux.Machines.Registry;

namespace Crux.Services.Tests;

/// <summary>Nodes that see each other because the test says so. The first one leads.</summary>
internal sealed class TestFlock : IAsyncDisposable
{
    private readonly List<TestNode> _nodes = [];

    public IReadOnlyList<TestNode> Nodes => _nodes;

    public TestNode this[int index] => _nodes[index];

    public static async Task<TestFlock> StartAsync(int count, ReeveOptions? reeve = null, MonotonicClock? stewards = null)
    {
        var flock = new TestFlock();
        var keys = Enumerable.Range(0, count).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToList();
        var members = keys.Select((key, i) => Members.Of($"node{i + 1}", key, 0x7F000001 + (uint)i)).ToArray();
        var options = reeve ?? new ReeveOptions { ReconnectBackoff = TimeSpan.FromMilliseconds(5), MaxReconnectBackoff = TimeSpan.FromMilliseconds(50) };
        for (var i = 0; i < count; i++)
        {
            var view = new StaticView(members[i].Id, members);
            flock._nodes.Add(new TestNode(view, keys[i], node => new TestPeers(view.Current.Self, flock.SocketOf), new HealthOptions(), options, new StewardOptions(), stewards));
        }
        foreach (var node in flock._nodes)
            await node.StartAsync();
        flock.Lead(0, term: 1);
        return flock;
    }

    /// <summary>Everybody sees that this node leads.</summary>
    public void Lead(int index, ulong term)
    {
        var leader = _nodes[index].View.Current.Self;
        foreach (var node in _nodes)
            node.View.Change(view => view with { Leader = leader, Grade = LeaderGrade.Fenced, Token = new GroupToken(1, term, 0) });
    }

    /// <summary>These may be elected, and know it.</summary>
    public void Enfranchise(params int[] indices)
    {
        var voters = indices.Select(index => _nodes[index].View.Current.Self).ToImmutableArray();
        foreach (var index in indices)
            _nodes[index].View.Change(view => view with { Voters = voters });
    }

    /// <summary>Everybody else sees that this node has gone.</summary>
    public void Lose(int index)
    {
        var gone = _nodes[index].View.Current.Self;
        foreach (var node in _nodes.Where(node => node != _nodes[index]))
        {
            node.View.Change(view => view with
            {
                Members = [.. view.Members.Where(member => member.Id != gone)],
                Leader = view.Leader == gone ? null : view.Leader,
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    private string SocketOf(NodeId id) => _nodes.Single(node => node.View.Current.Self == id).PeerSocket;
}

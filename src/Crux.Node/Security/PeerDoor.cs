using System.Net;

namespace Crux.Node.Security;

/// <summary>
/// Holds a connection back before its handshake while the key of the member that it comes from is fetched: in a large flock a node
/// knows the keys of few others, until it has to do with them. A handshake that fails costs more than this wait.
/// </summary>
/// <remarks>Thread-safe. Whoever connects from an address where no member lives waits for nothing, and leaves nothing behind.</remarks>
internal sealed class PeerDoor(IGroupView view, Func<IReadOnlyList<NetAddress>, Task<int>> seek)
{
    /// <summary>Connections that wait at once; one more goes on as it is, and its node tries again.</summary>
    public const int MaxWaiting = 1_024;

    /// <summary>How long one waits: a round trip or two, and the second in which a large view is shown anew.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private HostsOf _hosts = new(null, []);
    private int _waiting;

    /// <summary>Connections that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Returns when a connection from <paramref name="remote"/> may go on to its handshake.</summary>
    public async ValueTask EnterAsync(EndPoint? remote, CancellationToken cancellation)
    {
        if (remote is not IPEndPoint { Address: var address } || IsKnown(view.Current, NetAddress.From(address, 0)))
            return;
        if (Interlocked.Increment(ref _waiting) <= MaxWaiting)
            await WaitAsync(NetAddress.From(address, 0), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _waiting);
    }

    private async Task WaitAsync(NetAddress host, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        if (await seek([host]) == 0)
            return;
        await foreach (var snapshot in view.WatchAsync(patience.Token))
        {
            if (IsKnown(snapshot, host))
                return;
        }
    }

    // Of one host several nodes may come, on ports of their own: then one of them may have to try twice.
    private bool IsKnown(GroupSnapshot snapshot, NetAddress host)
    {
        if (snapshot.Members.Length >= snapshot.Size)
            return true;
        var hosts = _hosts;
        if (hosts.Snapshot != snapshot)
            _hosts = hosts = new HostsOf(snapshot, snapshot.Members.Select(member => member.Address.WithPort(0)).ToHashSet());
        return hosts.Hosts.Contains(host);
    }

    private sealed record HostsOf(GroupSnapshot? Snapshot, HashSet<NetAddress> Hosts);
}

using Crux.Machines.Registry;

namespace Crux.Services.Reeve;

/// <summary>
/// Has the keys fetched of nodes whose services this node knows and whom its view does not name yet: a large flock's members know few
/// of each other, and a service is offered, and its key believed, only by the key of its node.
/// </summary>
internal sealed class NodeSearch(IPeers peers)
{
    /// <summary>Hosts asked for at once; the others have their turn when those have come.</summary>
    public const int MaxHosts = 256;

    /// <summary>Time until it is looked again who is missing; twice as long each time, up to <see cref="MaxPause"/>.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc cref="FirstPause"/>
    public static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    /// <summary>After so many looks a service's address is taken not to be its node's, and everybody's key is fetched.</summary>
    public const int LooksBeforeAll = 5;

    private readonly HashSet<NetAddress> _hosts = [];
    private TimeSpan _pause = FirstPause;
    private int _looks;

    /// <summary>When to look.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Entries came, or the view moved.</summary>
    public void Stir(Instant now, GroupSnapshot view)
    {
        if (view.Members.Length >= view.Size)
        {
            (Due, _pause, _looks) = (Instant.Never, FirstPause, 0);
            return;
        }
        if (Due == Instant.Never)
            (Due, _pause, _looks) = (now, FirstPause, 0);
    }

    /// <summary>Looks whose nodes are missing, and has them fetched.</summary>
    public void Look(Instant now, GroupSnapshot view, IEnumerable<ServiceEntry> entries)
    {
        if (now < Due)
            return;
        _hosts.Clear();
        foreach (var entry in entries)
        {
            if (_hosts.Count < MaxHosts && view.Find(entry.Node) is null)
                _hosts.Add(entry.Address.WithPort(0));
        }
        if (_hosts.Count == 0)
        {
            Due = Instant.Never;
            return;
        }
        peers.Seek([.. _hosts], everybody: ++_looks > LooksBeforeAll);
        (Due, _pause) = (now + _pause, TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, MaxPause.Ticks)));
    }
}

using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;

namespace Crux.Simulator.Invariants;

/// <summary>
/// What never may happen to a view, checked at each change of a record, in the midst of the machine's step: the dead come back, the
/// healthy are evicted, strangers are taken in. It costs a comparison or two, so it is done for ten thousand views of ten thousand.
/// </summary>
internal sealed class MembershipInvariants(IReadOnlyList<SimulatedNode> nodes, Connectivity links, Residents residents)
{
    /// <summary>How long after a disturbance an eviction may still be due to it.</summary>
    private static readonly long Grace = TimeSpan.FromSeconds(30).Ticks;

    private readonly HashSet<int> _lost = [];

    // Lives of sick nodes that were ended rightly: who was deaf itself meanwhile hears of it later, when that node is well and about to begin another.
    private readonly HashSet<(NetAddress Address, ulong Salt, uint Incarnation)> _over = [];
    private int _indexed;
    private long _networkDisturbedAt = long.MinValue / 2;

    /// <summary>Evictions of nodes that were gone, or could not be told from it; and of nodes that were healthy.</summary>
    public int TrueEvictions { get; private set; }

    public int FalseEvictions { get; private set; }

    /// <summary>Healthy nodes that were evicted by anybody.</summary>
    public int Lost => _lost.Count;

    public void NetworkDisturbed(long now) => _networkDisturbedAt = now;

    /// <summary>Whether a change of a record is one that <see cref="BreachOfEvicting"/> has to judge.</summary>
    public static bool IsEviction(in LifeChange change) => change is { IsLive: false, IsEvicted: true, LivedBefore: not null };

    /// <summary>Nodes were added: to be told before any of them runs.</summary>
    public void Index()
    {
        for (; _indexed < nodes.Count; _indexed++)
            residents.Add(nodes[_indexed]);
    }

    /// <summary>A node has another address from now on.</summary>
    public void Moved(SimulatedNode node) => residents.Add(node);

    /// <summary>What is wrong with a change in a node's view; null where nothing is.</summary>
    public (Invariant Invariant, string What)? Breach(SimulatedNode reporter, in LifeChange change)
    {
        var isAnother = change.Salt != change.SaltBefore;
        if (change.IsLive && change.LivedBefore is { } lived && !isAnother)
        {
            return change.Incarnation >= lived
                ? null
                : (Invariant.NoResurrection, $"{reporter.Name} took {NameOf(change)} back from incarnation {lived} to {change.Incarnation}.");
        }
        // Two at one address may have one incarnation, and the greater salt goes on: what is over is what lies below.
        if (change.LivedBefore is not null)
            reporter.View.Ends(change.Address, change.IsLive ? change.Incarnation - 1 : change.Incarnation);
        return change.IsLive ? BreachOfComing(reporter, change) : null;
    }

    /// <summary>What is wrong with what a node's machine tells others; null where nothing is.</summary>
    public (Invariant Invariant, string What)? Breach(SimulatedNode reporter, FlockEvent news) =>
        news is CloneSeen seen && nodes.Count(node => node.Id == seen.Id) < 2
            ? (Invariant.NoPhantomClone, $"{reporter.Name} saw a clone where there is none: {news.Text}")
            : null;

    /// <summary>What is wrong with an eviction; told in the order of the history, when no node runs.</summary>
    public (Invariant Invariant, string What)? BreachOfEvicting(SimulatedNode reporter, in LifeChange change, long at)
    {
        var salt = change.SaltBefore;
        var life = (change.Address, salt, change.Incarnation);
        if (at - _networkDisturbedAt < Grace || links.IsCut || at - reporter.DisturbedAt < Grace
            || residents.At(change.Address).Find(node => node.IsRunning && node.Machine!.Life.Salt == salt) is not { } subject
            || subject.IsCloned || _over.Contains(life))
        {
            TrueEvictions++;
            return null;
        }
        if (subject.IsSick || at - subject.DisturbedAt < Grace)
        {
            _over.Add(life);
            TrueEvictions++;
            return null;
        }
        FalseEvictions++;
        _lost.Add(subject.Index);
        return (Invariant.NoFalseEviction, $"{reporter.Name} evicted {subject.Name}, which is healthy.");
    }

    private (Invariant, string)? BreachOfComing(SimulatedNode reporter, in LifeChange change)
    {
        if (!residents.Holds(change.Address, reporter.Flock))
        {
            return (Invariant.FlocksApart, residents.At(change.Address) is [var subject, ..]
                ? $"{reporter.Name} of {reporter.Credentials} took in {subject.Name} of {subject.Credentials}."
                : $"{reporter.Name} took in {change.Address}, where no node ever was.");
        }
        return reporter.View.SawEndOf(change.Address, change.Incarnation)
            ? (Invariant.NoResurrection, $"{reporter.Name} took in {NameOf(change)} in incarnation {change.Incarnation}, which it had seen the end of.")
            : null;
    }

    private string NameOf(in LifeChange change) => residents.At(change.Address) is [var first, ..] ? first.Name : change.Address.ToString();
}

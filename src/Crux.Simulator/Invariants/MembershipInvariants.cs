using Crux.Machines.Flock.Events;

namespace Crux.Simulator.Invariants;

/// <summary>What never may happen to a view, checked as it would happen: the dead come back, the healthy are evicted, strangers are taken in.</summary>
internal sealed class MembershipInvariants(IReadOnlyList<SimulatedNode> nodes, Connectivity links, Func<long> now)
{
    /// <summary>How long after a disturbance an eviction may still be due to it.</summary>
    private static readonly long Grace = TimeSpan.FromSeconds(30).Ticks;

    private readonly Dictionary<NodeId, List<SimulatedNode>> _byId = [];
    private int _indexed;
    private long _networkDisturbedAt = long.MinValue / 2;

    /// <summary>Evictions of nodes that were gone, or could not be told from it; and of nodes that were healthy.</summary>
    public int TrueEvictions { get; private set; }

    public int FalseEvictions { get; private set; }

    public void NetworkDisturbed() => _networkDisturbedAt = now();

    /// <summary>What is wrong with news that a node's machine raised; null where nothing is.</summary>
    public (Invariant Invariant, string What)? Breach(SimulatedNode reporter, FlockEvent news) => news switch
    {
        MemberJoined joined => BreachOfJoining(reporter, joined.Member),
        MemberLeft left => BreachOfLeaving(reporter, left),
        MemberChanged changed when changed.Was.Address == changed.Is.Address && changed.Is.Incarnation < changed.Was.Incarnation =>
            (Invariant.NoResurrection, $"{reporter.Name} took {changed.Is.Name} back from incarnation {changed.Was.Incarnation} to {changed.Is.Incarnation}."),
        CloneSeen seen when Find(seen.Id).Count < 2 => (Invariant.NoPhantomClone, $"{reporter.Name} saw a clone where there is none: {news.Text}"),
        _ => null,
    };

    private (Invariant, string)? BreachOfJoining(SimulatedNode reporter, Member member)
    {
        if (Find(member.Id) is not [var subject, ..] subjects)
            return (Invariant.FlocksApart, $"{reporter.Name} took in {member.Name}, a node that does not exist.");
        if (subjects.TrueForAll(it => it.Flock != reporter.Flock))
            return (Invariant.FlocksApart, $"{reporter.Name} of {reporter.Credentials} took in {subject.Name} of {subject.Credentials}.");
        return reporter.View.SawEndOf(member)
            ? (Invariant.NoResurrection, $"{reporter.Name} took in {subject.Name} in incarnation {member.Incarnation}, which it had seen the end of.")
            : null;
    }

    private (Invariant, string)? BreachOfLeaving(SimulatedNode reporter, MemberLeft left)
    {
        reporter.View.Departs(left.Member);
        if (left.Why != Departure.Evicted)
            return null;
        if (now() - _networkDisturbedAt < Grace || links.IsCut || now() - reporter.DisturbedAt < Grace || Find(left.Member.Id).Find(it => it.Address == left.Member.Address) is not { } subject
            || !subject.IsRunning || subject.IsSick || now() - subject.DisturbedAt < Grace || Find(subject.Id).Count > 1 || IsOfAnEarlierLife(subject, left.Member))
        {
            TrueEvictions++;
            return null;
        }
        FalseEvictions++;
        return (Invariant.NoFalseEviction, $"{reporter.Name} evicted {subject.Name}, which is healthy.");
    }

    // An eviction of a life that is over is none of the present one.
    private static bool IsOfAnEarlierLife(SimulatedNode subject, Member member) =>
        subject.Machine!.Snapshot.Find(subject.Id) is { } own && member.Incarnation < own.Incarnation;

    private List<SimulatedNode> Find(NodeId id)
    {
        for (; _indexed < nodes.Count; _indexed++)
        {
            if (!_byId.TryGetValue(nodes[_indexed].Id, out var same))
                _byId.Add(nodes[_indexed].Id, same = []);
            same.Add(nodes[_indexed]);
        }
        return _byId.GetValueOrDefault(id) ?? [];
    }
}

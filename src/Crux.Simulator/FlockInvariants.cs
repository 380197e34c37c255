using Crux.Machines.Flock.Events;

namespace Crux.Simulator;

/// <summary>What never may happen, checked as it would happen; and what must hold at rest.</summary>
internal sealed class FlockInvariants(IReadOnlyList<SimulatedNode> nodes, Connectivity links, Func<long> now)
{
    /// <summary>How long after a disturbance an eviction may still be due to it.</summary>
    private static readonly long Grace = TimeSpan.FromSeconds(30).Ticks;

    private readonly Dictionary<NodeId, SimulatedNode> _byId = [];
    private long _networkDisturbedAt = long.MinValue / 2;

    public void NetworkDisturbed() => _networkDisturbedAt = now();

    /// <summary>What is wrong with news that a node's machine raised; null where nothing is.</summary>
    public string? Breach(SimulatedNode reporter, FlockEvent news) => news switch
    {
        MemberJoined joined => BreachOfJoining(reporter, joined.Member),
        MemberLeft left => BreachOfLeaving(reporter, left),
        MemberChanged changed when changed.Was.Address == changed.Is.Address && changed.Is.Incarnation < changed.Was.Incarnation =>
            $"{reporter.Name} took {changed.Is.Name} back from incarnation {changed.Was.Incarnation} to {changed.Is.Incarnation}.",
        CloneSeen => $"{reporter.Name} saw a clone where there is none: {news.Text}",
        _ => null,
    };

    /// <summary>What keeps the world from rest; null at rest.</summary>
    public string? Unrest(bool evenInDoubt)
    {
        var seen = new bool[nodes.Count];
        foreach (var node in nodes)
        {
            if (seen[node.Index] || !IsRunning(node))
                continue;
            var part = ConnectedPart(node, seen);
            if (UnrestOf(part, evenInDoubt) is { } unrest)
                return unrest;
        }
        return null;
    }

    private static bool IsRunning(SimulatedNode node) => node.IsOn && !node.IsPaused;

    private string? BreachOfJoining(SimulatedNode reporter, Member member)
    {
        if (Find(member.Id) is not { } subject)
            return $"{reporter.Name} took in {member.Name}, a node that does not exist.";
        if (!SameFlock(subject, reporter))
            return $"{reporter.Name} of {reporter.Credentials} took in {subject.Name} of {subject.Credentials}.";
        return reporter.View.SawEndOf(member)
            ? $"{reporter.Name} took in {subject.Name} in incarnation {member.Incarnation}, which it had seen the end of."
            : null;
    }

    private string? BreachOfLeaving(SimulatedNode reporter, MemberLeft left)
    {
        reporter.View.Departs(left.Member);
        if (left.Why != Departure.Evicted || now() - _networkDisturbedAt < Grace || links.IsCut
            || Find(left.Member.Id) is not { } subject || !IsRunning(subject) || now() - subject.DisturbedAt < Grace)
            return null;
        // An eviction of a life that is over is none of the present one.
        var own = subject.Machine!.Snapshot.Find(subject.Id);
        return own is null || left.Member.Incarnation >= own.Incarnation ? $"{reporter.Name} evicted {subject.Name}, which is healthy." : null;
    }

    private SimulatedNode? Find(NodeId id)
    {
        for (var i = _byId.Count; i < nodes.Count; i++)
            _byId.Add(nodes[i].Id, nodes[i]);
        return _byId.GetValueOrDefault(id);
    }

    private List<SimulatedNode> ConnectedPart(SimulatedNode first, bool[] seen)
    {
        var part = new List<SimulatedNode> { first };
        seen[first.Index] = true;
        for (var i = 0; i < part.Count; i++)
        {
            foreach (var other in nodes)
            {
                if (!seen[other.Index] && IsRunning(other) && SameFlock(first, other) && links.Connects(part[i].Index, other.Index))
                {
                    seen[other.Index] = true;
                    part.Add(other);
                }
            }
        }
        return part;
    }

    private string? UnrestOf(List<SimulatedNode> part, bool evenInDoubt)
    {
        var first = part[0].Machine!.Snapshot;
        var digest = part[0].View.Read(first).AliveDigest;
        foreach (var node in part)
        {
            var snapshot = node.Machine!.Snapshot;
            var view = node.View.Read(snapshot);
            if (view.Alive != part.Count)
                return $"{node.Name} sees {view.Alive} of {part.Count} nodes";
            if (view.AliveDigest != digest)
                return $"{node.Name} and {part[0].Name} differ on who is there";
            if (!links.IsCut && view.Unreachable > 0)
                return $"{node.Name} holds {view.Unreachable} for unreachable";
            if (!snapshot.IsSettled && !evenInDoubt && !links.IsCut)
                return $"{node.Name} is not settled";
            if (snapshot.Leader is null || snapshot.Leader != first.Leader)
                return $"{node.Name} follows {snapshot.Leader?.Brief ?? "nobody"}, and {part[0].Name} {first.Leader?.Brief ?? "nobody"}";
        }
        if (!part.Exists(node => node.Id == first.Leader))
            return $"{part[0].Name} follows one who is not there";
        return part.Find(node => first.Find(node.Id) is not { Status: MemberStatus.Alive }) is { } missing ? $"{part[0].Name} does not see {missing.Name}" : null;
    }

    private static bool SameFlock(SimulatedNode one, SimulatedNode other) =>
        one.Credentials.Name == other.Credentials.Name
        && one.Credentials.Bloc == other.Credentials.Bloc
        && one.Credentials.Secret.Span.SequenceEqual(other.Credentials.Secret.Span);
}

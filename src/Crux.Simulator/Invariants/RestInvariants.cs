namespace Crux.Simulator.Invariants;

/// <summary>What must hold at rest: one view and one leader in each part of the world whose nodes can hear each other.</summary>
internal sealed class RestInvariants(IReadOnlyList<SimulatedNode> nodes, DigestTable digests, Connectivity links)
{
    private long _version = -1;
    private List<List<SimulatedNode>> _parts = [];

    /// <summary>What keeps the world from rest; null at rest.</summary>
    /// <param name="evenInDoubt">Whether a view that is not settled counts as at rest.</param>
    public string? Unrest(bool evenInDoubt)
    {
        foreach (var part in Parts())
        {
            if (UnrestOf(part, evenInDoubt) is { } unrest)
                return unrest;
        }
        return null;
    }

    /// <summary>How far a part of <see cref="Parts"/> is from one view.</summary>
    public Standing StandingOf(List<SimulatedNode> part)
    {
        var first = digests[part[0].Index];
        var (full, same, leader) = (0, 0, first.Leader);
        var (fence, isHeld) = (part[0].Fence, false);
        foreach (var node in part)
        {
            ref readonly var digest = ref digests[node.Index];
            full += digest.Reachable == part.Count ? 1 : 0;
            same += digest.View == first.View ? 1 : 0;
            leader = digest.Leader == leader ? leader : null;
            fence = node.Fence is { } its && its.Lineage == fence?.Lineage && its.Term == fence?.Term && its.Leader == leader ? fence : null;
            isHeld |= node.Fence is { IsMine: true } && node.Id == leader;
        }
        return new Standing(full, full == part.Count && same == part.Count, leader is { } it && part.Exists(node => node.Id == it) ? leader : null, fence is not null && isHeld);
    }

    /// <summary>Running nodes of one flock that can hear each other, directly or by way of others; outcasts left out.</summary>
    public List<List<SimulatedNode>> Parts()
    {
        if (_version != links.Version)
            (_version, _parts) = (links.Version, FindParts());
        return _parts;
    }

    private List<List<SimulatedNode>> FindParts()
    {
        var byKind = new SortedDictionary<(int Flock, int Wire, ulong Class), List<SimulatedNode>>();
        // Mostly there is one kind: looked for anew with every boot of ten thousand.
        (int, int, ulong)? last = null;
        List<SimulatedNode>? same = null;
        foreach (var node in nodes)
        {
            if (!node.IsRunning || node.IsOutcast)
                continue;
            var kind = (node.Flock, node.Wire, links.ClassOf(node.Index));
            if (kind != last && !byKind.TryGetValue(kind, out same))
                byKind.Add(kind, same = []);
            last = kind;
            same!.Add(node);
        }
        var parts = new List<List<SimulatedNode>>();
        var kinds = byKind.Values.ToList();
        // Nodes that all cuts treat alike hear each other or don't, all of them: a few kinds stand for thousands of nodes.
        while (kinds.Count > 0)
        {
            var joined = new List<List<SimulatedNode>> { kinds[0] };
            kinds.RemoveAt(0);
            for (var i = 0; i < joined.Count; i++)
            {
                foreach (var other in kinds.Where(kind => kind[0].Flock == joined[i][0].Flock && kind[0].Wire == joined[i][0].Wire && links.Connects(kind[0].Index, joined[i][0].Index)).ToList())
                {
                    joined.Add(other);
                    kinds.Remove(other);
                }
            }
            if (joined is [{ Count: > 1 } only] && !links.Connects(only[0].Index, only[1].Index))
                parts.AddRange(only.Select(node => new List<SimulatedNode> { node }));
            else
                parts.Add([.. joined.SelectMany(kind => kind)]);
        }
        return parts;
    }

    private string? UnrestOf(List<SimulatedNode> part, bool evenInDoubt)
    {
        var first = digests[part[0].Index];
        foreach (var node in part)
        {
            ref readonly var digest = ref digests[node.Index];
            if (digest.Reachable != part.Count)
                return $"{node.Name} reaches {digest.Reachable} of {part.Count} nodes";
            if (!links.IsCut && digest.Size != part.Count)
                return $"{node.Name} holds {digest.Size - part.Count} for unreachable";
            if (digest.View != first.View && (!links.IsCut || node.Machine!.ReachableHash != part[0].Machine!.ReachableHash))
                return $"{node.Name} and {part[0].Name} differ on who is there";
            if (!digest.IsSettled && !evenInDoubt && !links.IsCut)
                return $"{node.Name} is not settled";
            if (digest.Leader is null || digest.Leader != first.Leader)
                return $"{node.Name} follows {digest.Leader?.Brief ?? "nobody"}, and {part[0].Name} {first.Leader?.Brief ?? "nobody"}";
        }
        if (!part.Exists(node => node.Id == first.Leader))
            return $"{part[0].Name} follows one who is not there";
        return null;
    }
}

namespace Crux.Simulator.Anchors;

/// <summary>What is looked at from outside: sizes reported, who was wrongly declared dead, and when a crash was known.</summary>
internal sealed class AnchorWatch(int nodes, Func<long> now)
{
    private readonly bool[] _sizesSeen = new bool[nodes + 1];
    private readonly bool[] _wronged = new bool[nodes];
    private readonly int[] _holders = new int[nodes];

    /// <summary>Nodes that hold everybody for a member.</summary>
    public int Full { get; private set; }

    /// <summary>Suspicions of running nodes that ran out at any node.</summary>
    public long FalseDeclarations { get; private set; }

    /// <summary>Times that any view lost a running node, by its own suspicion or by being told.</summary>
    public long FalseRemovals { get; private set; }

    /// <summary>Suspicions of running nodes, over all views.</summary>
    public long FalseSuspicions { get; private set; }

    /// <summary>Running nodes that at least one view lost.</summary>
    public int Wronged => _wronged.Count(it => it);

    public List<AnchorMoment> Timeline { get; } = [];

    /// <summary>Different sizes that any node reported, each looked at once a second.</summary>
    public int DistinctSizes => _sizesSeen.Count(it => it);

    public long FirstSuspicionOfDead { get; private set; } = -1;

    public long FirstDeclarationOfDead { get; private set; } = -1;

    /// <summary>When the last view let go of the last crashed node; -1 while one still holds it.</summary>
    public long DeadKnownToAllAt { get; private set; } = -1;

    private int StillHeld => _holders.Sum();

    /// <summary>A node has crashed: who holds it from now on is late.</summary>
    public void Crashed(AnchorNode[] all, AnchorNode node)
    {
        DeadKnownToAllAt = -1;
        _holders[node.Index] = all.Count(it => it.IsOn && Holds(it.Table.StateOf(node.Index)) == 1);
        // Its own view counts no longer.
        for (var earlier = 0; earlier < nodes; earlier++)
        {
            if (earlier != node.Index && _holders[earlier] > 0)
                _holders[earlier] -= Holds(node.Table.StateOf(earlier));
        }
    }

    public void Declared(AnchorNode subject)
    {
        if (subject.IsOn)
            FalseDeclarations++;
        else if (FirstDeclarationOfDead < 0)
            FirstDeclarationOfDead = now();
    }

    public void Changed(AnchorNode node, AnchorNode subject, MemberState was, MemberState state, int sizeBefore)
    {
        Full += (node.Table.Size == nodes ? 1 : 0) - (sizeBefore == nodes ? 1 : 0);
        if (subject.IsOn)
        {
            FalseSuspicions += state == MemberState.Suspect ? 1 : 0;
            if (state != MemberState.Dead)
                return;
            FalseRemovals++;
            _wronged[subject.Index] = true;
            return;
        }
        if (state == MemberState.Suspect && FirstSuspicionOfDead < 0)
            FirstSuspicionOfDead = now();
        var change = Holds(state) - Holds(was);
        if (change == 0 || _holders[subject.Index] == 0)
            return;
        _holders[subject.Index] += change;
        if (StillHeld == 0)
            DeadKnownToAllAt = now();
    }

    /// <summary>Every running node reports its size; one line for the timeline.</summary>
    public void Look(AnchorNode[] all, int second)
    {
        var sizes = all.Where(node => node.IsOn).Select(node => node.Table.Size).Order().ToList();
        foreach (var size in sizes)
            _sizesSeen[size] = true;
        if (sizes.Count > 0)
            Timeline.Add(new(second, sizes[0], sizes[sizes.Count / 2], sizes[^1], Full));
    }

    private static int Holds(MemberState state) => state is MemberState.Alive or MemberState.Suspect ? 1 : 0;
}

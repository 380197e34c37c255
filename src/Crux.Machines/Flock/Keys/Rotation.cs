namespace Crux.Machines.Flock.Keys;

/// <summary>
/// What the fenced leader decides about the flock's keys. A new generation comes into use in two phases: first everybody fetches it,
/// and only when every live member holds it does anybody seal with it. Everything that has to outlive the leader stands in the
/// notices that all members hold, so the next leader goes on where this one ended.
/// </summary>
internal sealed class Rotation(Func<uint, Generation> mint)
{
    /// <summary>How long a new leader asks what members hold before it speaks.</summary>
    public static readonly TimeSpan InquiryTime = TimeSpan.FromSeconds(2);

    /// <summary>How long it tries to get a key that a notice names; then nobody alive has it, and another is minted.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    /// <summary>How long the first generation waits for the view to settle: every node that joins meanwhile is counted, not admitted again.</summary>
    public static readonly TimeSpan SettlePatience = TimeSpan.FromSeconds(10);

    /// <summary>Time between two counts of who holds the next generation.</summary>
    public static readonly TimeSpan CountPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between two looks for orders while nothing is under way.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);

    private readonly HashSet<ulong> _holders = [];
    private (UInt128 Lineage, ulong Term) _lead;
    private Instant _since = Instant.Never;
    private Instant _countDue;
    private UInt128 _counted;

    /// <summary>Whether it still asks what members hold.</summary>
    public bool Asks(Instant now) => now - _since < InquiryTime;

    /// <summary>How far the last count came.</summary>
    public RotationProgress Progress { get; private set; } = RotationProgress.None;

    /// <summary>When a node that leads has to ask again; at once where it just began to.</summary>
    public Instant Due => _since == Instant.Never ? Instant.Zero : _countDue;

    /// <summary>This node doesn't lead.</summary>
    public void Rest()
    {
        (_since, _lead, _counted) = (Instant.Never, default, 0);
        _holders.Clear();
        Progress = RotationProgress.None;
    }

    /// <summary>A boot has proved that it holds the next generation.</summary>
    public void NoteHolder(GenerationId next, ulong salt, int maxMembers)
    {
        Count(next);
        if (_holders.Count < 2 * maxMembers)
            _holders.Add(salt);
    }

    /// <summary>The leader's next word, to be signed; null where the last one stands.</summary>
    /// <param name="now">The time.</param>
    /// <param name="fence">This node's leadership.</param>
    /// <param name="known">The notice by which this node goes.</param>
    /// <param name="ring">The generations that it holds.</param>
    /// <param name="ordered">The sequence of the operator's last order that asks for a new generation; 0 for none.</param>
    /// <param name="isSettled">Whether the view has settled.</param>
    /// <param name="members">All live members that are not left out.</param>
    public KeyNotice? Decide(
        Instant now, Fence fence, KeyNotice? known, Keyring ring, ulong ordered, bool isSettled, Func<IReadOnlyList<KeyMember>> members)
    {
        if (_lead != (fence.Lineage, fence.Term))
        {
            Rest();
            (_lead, _since) = ((fence.Lineage, fence.Term), now);
        }
        _countDue = now + (known is { Next.IsNone: true } && !Asks(now) ? LookPeriod : CountPeriod);
        if (Asks(now))
            return null;
        if (known is null || (known.Lineage, known.Term) != _lead || known.Leader != fence.Leader)
            return Resume(now, known, ring, ordered);
        if (ordered > known.Order)
        {
            var next = known.Next.IsNone ? mint(NumberAfter(known)).Id : known.Next;
            Count(next);
            return known with { Revision = known.Revision + 1, Order = ordered, Next = next };
        }
        if (known.Next.IsNone || (known.Active.IsNone && !isSettled && now - _since < SettlePatience))
            return null;
        return AllHold(known.Next, members())
            ? known with { Revision = known.Revision + 1, Active = known.Next, Next = default }
            : null;
    }

    private KeyNotice? Resume(Instant now, KeyNotice? known, Keyring ring, ulong ordered)
    {
        var (active, next) = (known?.Active ?? default, known?.Next ?? default);
        var lacks = (!active.IsNone && !Holds(ring, active)) || (!next.IsNone && !Holds(ring, next));
        if (lacks && now - _since < Patience)
            return null;
        active = Holds(ring, active) ? active : default;
        next = Holds(ring, next) ? next : default;
        // A generation that was under way and that nobody alive has is minted anew: it was asked for.
        if (next.IsNone && (active.IsNone || known is { Next.IsNone: false }))
            next = mint(NumberAfter(known)).Id;
        return new KeyNotice(_lead.Lineage, _lead.Term, 1, known?.Order ?? ordered, active, next);
    }

    private bool AllHold(GenerationId next, IReadOnlyList<KeyMember> members)
    {
        Count(next);
        var missing = new List<NetAddress>();
        var holding = 0;
        foreach (var member in members)
        {
            if (_holders.Contains(member.Salt))
                holding++;
            else if (missing.Count < RotationProgress.MaxNamed)
                missing.Add(member.Address);
        }
        Progress = new RotationProgress(holding, members.Count, missing);
        return holding == members.Count;
    }

    // Who held the last generation does not yet hold this one.
    private void Count(GenerationId next)
    {
        if (_counted == next.Check)
            return;
        // Whoever looks before the first count must not be told how far the generation before came.
        _holders.Clear();
        Progress = RotationProgress.None;
        _counted = next.Check;
    }

    private static bool Holds(Keyring ring, GenerationId id) => ring.Find(id) is { Time.IsKnown: true };

    private static uint NumberAfter(KeyNotice? known) => Math.Max(known?.Active.Number ?? 0, known?.Next.Number ?? 0) + 1;
}

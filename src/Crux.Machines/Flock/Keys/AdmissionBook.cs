namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Who may have the flock's keys. While admission is open, whoever proves the secret; where the operator approves each node, those that
/// were members when that began, and those approved since. A revoked node never. Of two orders about one node the later counts,
/// whichever comes first; but what was said of trust, a revocation or its undoing, no word about admission changes.
/// </summary>
internal sealed class AdmissionBook
{
    /// <summary>Nodes of which the book says something. Beyond that nobody more is admitted; who is revoked takes the place of one that was admitted.</summary>
    public const int MaxNodes = 16_384;

    /// <summary>Nodes that wait for the operator; who asks beyond that asks again later.</summary>
    public const int MaxPending = 64;

    /// <summary>How long a node that stopped asking is listed.</summary>
    public static readonly TimeSpan PendingLife = TimeSpan.FromMinutes(10);

    private readonly SortedDictionary<NodeId, AdmissionVerdict> _verdicts = [];
    private readonly List<PendingNode> _pending = [];

    /// <summary>Whether the operator approves each node.</summary>
    public bool NeedsApproval { get; private set; }

    /// <summary>The sequence of the order that said so.</summary>
    public ulong ModeSequence { get; private set; }

    /// <summary>The nodes that wait, in the order in which they first asked.</summary>
    public IReadOnlyList<PendingNode> Pending => _pending;

    /// <summary>What the operator said of each node, and with which order.</summary>
    public IReadOnlyCollection<KeyValuePair<NodeId, AdmissionVerdict>> Verdicts => _verdicts;

    /// <summary>The nodes that are shut out, the last said first.</summary>
    public IEnumerable<ShutOutNode> ShutOut => _verdicts.Where(it => !it.Value.MayJoin).OrderByDescending(it => it.Value.Sequence).Select(it => new ShutOutNode(it.Key, it.Value.Sequence, it.Value.IsFirm));

    /// <summary>Grows with everything that has to outlive this process.</summary>
    public ulong Version { get; private set; }

    /// <summary>
    /// Whether, in this life, nothing that the operator said of admission can be unknown here. Until then nobody is granted a key: who has
    /// just come, or has slept, would let in whom all others shut out.
    /// </summary>
    public bool IsCurrent { get; private set; }

    /// <summary>Grows whenever a node is shut out.</summary>
    public ulong ShutOuts { get; private set; }

    /// <summary>What was said of a node; null where nothing was.</summary>
    public AdmissionVerdict? Find(NodeId id) => _verdicts.TryGetValue(id, out var verdict) ? verdict : null;

    public bool IsRevoked(NodeId id) => _verdicts.TryGetValue(id, out var verdict) && !verdict.MayJoin;

    /// <summary>Whether a node that proved its id may come in; one that may not yet is noted as asking.</summary>
    public Admittance Judge(Instant now, NodeId id, string name, NetAddress address)
    {
        if (_verdicts.TryGetValue(id, out var verdict))
            return verdict.MayJoin ? Admittance.Admitted : Admittance.Revoked;
        if (!NeedsApproval)
            return Admittance.Admitted;
        var place = _pending.FindIndex(node => node.Id == id);
        if (place >= 0)
            _pending[place] = _pending[place] with { Name = name, Address = address, AskedAt = now };
        else if (Forget(now) < MaxPending)
            _pending.Add(new PendingNode(id, name, address, now, now));
        return Admittance.Pending;
    }

    /// <summary>This node was there when the keys began, or has all orders of a member that is current.</summary>
    public void Confirm() => IsCurrent = true;

    /// <summary>Approves each node from now on, <paramref name="members"/> excepted; or opens again.</summary>
    public void SetMode(bool needsApproval, ulong sequence, IEnumerable<NodeId> members)
    {
        if (sequence < ModeSequence)
            return;
        (NeedsApproval, ModeSequence) = (needsApproval, sequence);
        // Who is shut out may still be in the view, until the next keys are in use.
        foreach (var member in members)
        {
            if (!IsRevoked(member))
                Say(member, sequence, mayJoin: true);
        }
        if (!needsApproval)
            _pending.Clear();
        Version++;
    }

    /// <summary>Lets a node in, or shuts it out: then it gets no key that comes after.</summary>
    /// <param name="id">The node.</param>
    /// <param name="sequence">The order's.</param>
    /// <param name="mayJoin">Whether it is let in.</param>
    /// <param name="isFirm">Whether who says so may say who is trusted: then no word about admission changes it.</param>
    public void Say(NodeId id, ulong sequence, bool mayJoin, bool isFirm = false)
    {
        var verdict = new AdmissionVerdict(sequence, mayJoin, isFirm);
        if (_verdicts.TryGetValue(id, out var before))
        {
            if (!verdict.Overrides(before))
                return;
        }
        else if (_verdicts.Count == MaxNodes && (mayJoin || !MakeRoom()))
        {
            return;
        }
        _verdicts[id] = verdict;
        _pending.RemoveAll(node => node.Id == id);
        Version++;
        if (!mayJoin)
            ShutOuts++;
    }

    private bool MakeRoom()
    {
        foreach (var (id, verdict) in _verdicts)
        {
            if (verdict.MayJoin)
                return _verdicts.Remove(id);
        }
        return false;
    }

    private int Forget(Instant now)
    {
        _pending.RemoveAll(node => now - node.AskedAt > PendingLife);
        return _pending.Count;
    }
}

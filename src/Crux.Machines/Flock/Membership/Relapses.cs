namespace Crux.Machines.Flock.Membership;

/// <summary>
/// Who was evicted of late, and how often: a sick node that gets a word through now and then would else come and go for ever. One that
/// comes back has to prove for a while that it hears and is heard, twice as long each time.
/// </summary>
internal sealed class Relapses(FlockState state)
{
    /// <summary>Addresses remembered; beyond it the one that was evicted longest ago is forgotten.</summary>
    public const int MaxRemembered = 1_024;

    /// <summary>How long an eviction is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    /// <summary>What a node has to prove that was evicted once: it may have stood still, or its cable have been out.</summary>
    public static readonly TimeSpan FirstProof = TimeSpan.FromSeconds(2);

    /// <summary>What it has to prove the second time: longer than a fault that comes and goes each twenty seconds is away.</summary>
    public static readonly TimeSpan SecondProof = TimeSpan.FromSeconds(30);

    /// <summary>The longest proof.</summary>
    public static readonly TimeSpan MaxProof = TimeSpan.FromSeconds(240);

    private readonly Dictionary<NetAddress, Relapse> _past = [];
    private readonly Queue<(NetAddress Address, Instant At)> _order = new();

    /// <summary>A member that this node held for well is evicted.</summary>
    public void Note(MemberRecord evicted)
    {
        Forget();
        var before = _past.GetValueOrDefault(evicted.Address);
        // Another start after a single eviction begins with a clean slate: crashes are no sickness.
        var counts = before.Count >= 2 || (before.Count == 1 && before.Salt == evicted.Salt);
        _past[evicted.Address] = new Relapse(evicted.Salt, counts ? before.Count + 1 : 1, state.Now);
        _order.Enqueue((evicted.Address, state.Now));
    }

    /// <summary>How long a boot at an address has to prove that it is well before it is a member again.</summary>
    public TimeSpan ProofOf(NetAddress address, ulong salt)
    {
        if (!_past.TryGetValue(address, out var past) || state.Now - past.At >= Memory || (past.Count == 1 && past.Salt != salt))
            return TimeSpan.Zero;
        return past.Count == 1 ? FirstProof : TimeSpan.FromTicks(Math.Min(MaxProof.Ticks, SecondProof.Ticks << Math.Min(past.Count - 2, 8)));
    }

    /// <summary>Whether a boot was evicted so shortly ago that it can't have proved anything yet, whoever says that it lives.</summary>
    public bool Bars(MemberRecord held, MemberRecord record) =>
        held.Status == RecordStatus.Evicted && record.Status == RecordStatus.Alive
        && _past.TryGetValue(record.Address, out var past) && state.Now - past.At < ProofOf(record.Address, record.Salt);

    private void Forget()
    {
        while (_order.TryPeek(out var first) && (_order.Count >= MaxRemembered || state.Now - first.At >= Memory))
        {
            _order.Dequeue();
            if (_past.TryGetValue(first.Address, out var past) && past.At == first.At)
                _past.Remove(first.Address);
        }
    }

    private readonly record struct Relapse(ulong Salt, int Count, Instant At);
}

using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Trust;

/// <summary>
/// Decides which rules hold on a node: those of the newest order of the operator that is known here. An order mostly says what was
/// changed; where that does not lead to the set that it names, another member is asked for the whole of it.
/// </summary>
/// <remarks>Until the set has come, the one before stays in force. One caller at a time.</remarks>
public sealed class TrustMachine
{
    /// <summary>The pause before somebody is asked; doubled with each that had no answer.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest such pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Sets that an operator handed in here, and whose order is still to come.</summary>
    public const int MaxOffers = 4;

    private readonly INodeSigner _signer;
    private readonly SeededRandom _random;
    private readonly List<RuleSet> _offers = [];
    private OperatorOrder? _wanted;
    private bool _isAsking;
    private TimeSpan _pause = FirstPause;

    /// <summary>A machine with what the disk has; its signature was checked.</summary>
    public TrustMachine(SignedRules? kept, INodeSigner signer, ulong seed)
    {
        (Current, _signer) = (kept, signer);
        _random = new SeededRandom(seed);
    }

    /// <summary>What holds; null where no operator ever said anything.</summary>
    public SignedRules? Current { get; private set; }

    /// <summary>The order whose set has not come yet; null where none is missing.</summary>
    public OperatorOrder? Wanted => _wanted;

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Takes a set whose order is about to come.</summary>
    public void Offer(RuleSet set)
    {
        if (_offers.Count == MaxOffers)
            _offers.RemoveAt(0);
        _offers.Add(set);
    }

    /// <summary>Takes an order that the flock has authenticated; orders of other kinds, and older ones, are no news.</summary>
    public void Learn(Instant now, OperatorOrder order, TrustOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(outbox);
        if (order.Kind != OrderKind.Rules || !IsNewer(order, Current?.Order) || !IsNewer(order, _wanted) || !RuleOrder.TryRead(order.Payload.Span, out var terms))
            return;
        if (Find(terms) is { } set && SignedRules.Join(order, set) is { } rules)
        {
            Adopt(rules, outbox);
            return;
        }
        (_wanted, _pause) = (order, FirstPause);
        NextDeadline = now + _random.Next(FirstPause);
    }

    /// <summary>Asks somebody, where that is due.</summary>
    /// <param name="now">The owner's clock.</param>
    /// <param name="others">The members that can be asked.</param>
    /// <param name="outbox">What is to be done.</param>
    public void Tick(Instant now, IReadOnlyList<NodeId> others, TrustOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(outbox);
        if (_wanted is null || now < NextDeadline)
            return;
        if (_isAsking || others.Count == 0)
        {
            NextDeadline = now + LongestPause;
            return;
        }
        _isAsking = true;
        outbox.Ask = others[_random.Next(others.Count)];
        NextDeadline = now + LongestPause;
    }

    /// <summary>Takes what a member that was asked answered: empty where it has nothing, or none came.</summary>
    /// <param name="now">The owner's clock.</param>
    /// <param name="bytes">What it sent.</param>
    /// <param name="flock">Whose orders count.</param>
    /// <param name="outbox">What is to be done.</param>
    /// <returns>False where the bytes are not what an honest member sends.</returns>
    public bool Answer(Instant now, ReadOnlySpan<byte> bytes, FlockAuthority flock, TrustOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(flock);
        ArgumentNullException.ThrowIfNull(outbox);
        _isAsking = false;
        if (_wanted is null)
            return true;
        NextDeadline = now + (_pause / 2) + _random.Next(_pause);
        _pause = TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
        if (bytes.IsEmpty)
            return true;
        if (!SignedRules.TryRead(bytes, out var rules) || !IsOf(rules.Order, flock))
            return false;
        // The flock has judged the very order that is wanted, and more may be known of operators where another comes from than here.
        if (rules.Order.Digest != _wanted.Digest)
        {
            if (!rules.Order.IsSignedUnder(flock.OperatorKey.Span, _signer))
                return false;
            if (flock.Roster.RoleOf(rules.Order) is < OperatorRole.Trust and var role)
                return role != OperatorRole.None;
        }
        // Newer than what is wanted is better still; older is what a member has that waits itself.
        if (IsNewer(rules.Order, Current?.Order) && !IsNewer(_wanted, rules.Order))
            Adopt(rules, outbox);
        return true;
    }

    /// <summary>Whether an order is for this very flock.</summary>
    public static bool IsOf(OperatorOrder order, FlockAuthority flock)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(flock);
        return order.Bloc == flock.Bloc && order.Flock == flock.Flock && order.Lineage == flock.Lineage;
    }

    // An order of another lineage is of a flock that this one was absorbed from: whatever its number, it is over.
    private static bool IsNewer(OperatorOrder order, OperatorOrder? than) =>
        than is null || order.Lineage != than.Lineage || OperatorOrder.Compare(order, than) > 0;

    private RuleSet? Find(RuleOrder terms)
    {
        foreach (var offer in _offers)
        {
            if (offer.Hash.SequenceEqual(terms.Hash))
                return offer;
        }
        var current = Current?.Rules ?? RuleSet.Empty;
        if (current.Hash.SequenceEqual(terms.Hash))
            return current;
        return terms.Changes.Count > 0 && RuleOrder.BriefOf(current) == terms.Before ? current.With(terms.Changes, out _) : null;
    }

    private void Adopt(SignedRules rules, TrustOutbox outbox)
    {
        Current = rules;
        outbox.Adopted = rules;
        _offers.RemoveAll(offer => offer.Revision <= rules.Rules.Revision);
        if (_wanted is { } wanted && !IsNewer(wanted, rules.Order))
            (_wanted, NextDeadline) = (null, Instant.Never);
    }
}

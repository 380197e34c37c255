using Crux.Machines.Registry;
using Crux.Services.Health;

namespace Crux.Services.Steward;

/// <summary>
/// Tells this node's healthminder what its steward takes in, in that order. Once the reeves of a rebuilding are through, when others are
/// heard after that, and where it was too busy to listen, it is given everything to compare.
/// </summary>
internal sealed class HealthminderFeed(HealthminderDriver? healthminder)
{
    /// <summary>Time between two comparisons: each costs as much as the registry is large.</summary>
    public static readonly TimeSpan ComparePause = TimeSpan.FromSeconds(5);

    private bool _isBegun, _isMissed;
    private int _comparedAt;
    private Instant _compareFrom;

    /// <summary>A term begins; <paramref name="isInherited"/>: with what the node knew before.</summary>
    public void Begin(bool isInherited) => (_isBegun, _isMissed, _comparedAt, _compareFrom) = (false, isInherited, 0, default);

    /// <summary>The steward's term is over.</summary>
    public void End() => healthminder?.Resign();

    /// <summary>The steward has taken something in, or has just begun.</summary>
    public void Tell(Instant now, StewardMachine steward, IReadOnlyList<RegistryNews> news)
    {
        if (healthminder is null)
            return;
        var heard = steward.Standing.Heard;
        var compares = now >= _compareFrom && (_isMissed || (!steward.IsRebuilding && heard > _comparedAt));
        if (news.Count == 0 && !compares && _isBegun)
            return;
        var isTaken = healthminder.TryHear([.. news], compares ? steward.State : null);
        _isBegun |= isTaken;
        if (!isTaken)
            _isMissed = true;
        else if (compares)
            (_isMissed, _comparedAt, _compareFrom) = (false, steward.IsRebuilding ? _comparedAt : heard, now + ComparePause);
    }
}

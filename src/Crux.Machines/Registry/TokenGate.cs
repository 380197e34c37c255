namespace Crux.Machines.Registry;

/// <summary>Refuses what deposed leaders say, and what nobody says who was elected.</summary>
/// <remarks>
/// Only an elected leader has a steward. A lineage's terms never go back: while a provisional leader is in view (lineage 0), or
/// none, nothing is let through, and the highest term is remembered; and so are those of lineages that were followed before, since a view may
/// come back to one where islands meet, or where the leader of the greater is lost.
/// </remarks>
internal sealed class TokenGate
{
    /// <summary>Lineages whose highest term is remembered; the one followed least lately goes.</summary>
    public const int MaxLineages = 8;

    // The one followed last comes last.
    private readonly List<GroupToken> _highest = [];
    private ulong _lineageInView;

    /// <summary>Follows the view's own token.</summary>
    public void Follow(GroupToken view)
    {
        _lineageInView = view.Lineage;
        if (view.Lineage != 0)
            Remember(view with { Term = Math.Max(view.Term, HighestOf(view.Lineage)) });
    }

    /// <summary>Whether a token is of the lineage in view, and its term at least as high as the highest of that.</summary>
    public bool Admits(GroupToken token)
    {
        if (token.Lineage == 0 || token.Lineage != _lineageInView || token.Term < HighestOf(token.Lineage))
            return false;
        Remember(token);
        return true;
    }

    private ulong HighestOf(ulong lineage) => _highest.Find(token => token.Lineage == lineage).Term;

    private void Remember(GroupToken token)
    {
        _highest.RemoveAll(other => other.Lineage == token.Lineage);
        if (_highest.Count == MaxLineages)
            _highest.RemoveAt(0);
        _highest.Add(token);
    }
}

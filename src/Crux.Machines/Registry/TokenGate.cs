namespace Crux.Machines.Registry;

/// <summary>Refuses what deposed leaders say, and what nobody says who was elected.</summary>
/// <remarks>
/// Only an elected leader has a steward. A lineage's terms never go back: while a provisional leader is in view (lineage 0), or
/// none, nothing is let through, and the highest term is remembered.
/// </remarks>
internal sealed class TokenGate
{
    private GroupToken _highest;
    private ulong _lineageInView;

    /// <summary>Follows the view's own token.</summary>
    public void Follow(GroupToken view)
    {
        _lineageInView = view.Lineage;
        if (view.Lineage != 0 && (view.Lineage != _highest.Lineage || view.Term > _highest.Term))
            _highest = view;
    }

    /// <summary>Whether a token is of the lineage in view, and its term at least as high as the highest of that.</summary>
    public bool Admits(GroupToken token)
    {
        if (token.Lineage == 0 || token.Lineage != _lineageInView || token.Term < _highest.Term)
            return false;
        _highest = token;
        return true;
    }
}

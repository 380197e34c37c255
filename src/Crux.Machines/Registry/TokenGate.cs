namespace Crux.Machines.Registry;

/// <summary>Refuses what deposed leaders say.</summary>
/// <remarks>
/// A provisional leader (lineage 0) is whoever the view shows, and its term follows the view, down as well as up: two flocks that
/// merge may bring different terms. A fenced lineage never goes back.
/// </remarks>
internal sealed class TokenGate
{
    private GroupToken _highest;
    private ulong _lineageInView;

    /// <summary>Follows the view's own token.</summary>
    public void Follow(GroupToken view)
    {
        _lineageInView = view.Lineage;
        if (view.Lineage != _highest.Lineage || view.Lineage == 0 || view.Term > _highest.Term)
            _highest = view;
    }

    /// <summary>Whether a token is at least as high as the highest of its lineage, and its lineage the one in view.</summary>
    public bool Admits(GroupToken token)
    {
        if (token.Lineage != _highest.Lineage)
            return token.Lineage == _lineageInView;
        if (token.Term < _highest.Term)
            return false;
        _highest = token;
        return true;
    }
}

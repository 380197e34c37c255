namespace Crux.Machines.Tests.Registry;

/// <summary>
/// A checker of its own for what reeves take: never the word of a steward that was deposed as far as that node knows, nor of one that
/// nobody elected. It goes by the views that a node was shown and what it took, and asks no machine.
/// </summary>
internal sealed class StewardWatch
{
    private readonly Dictionary<(int Site, ulong Lineage), ulong> _highest = [];
    private readonly List<string> _breaches = [];

    public IReadOnlyList<string> Breaches => _breaches;

    /// <summary>A node is shown a view.</summary>
    public void Sees(int site, GroupToken view)
    {
        if (view.Lineage != 0)
            _highest[(site, view.Lineage)] = Math.Max(view.Term, HighestOf(site, view.Lineage));
    }

    /// <summary>A node was started again, and can't know what it knew.</summary>
    public void Forgets(int site)
    {
        foreach (var key in _highest.Keys.Where(key => key.Site == site).ToList())
            _highest.Remove(key);
    }

    /// <summary>A node's reeve took what a steward said under this token.</summary>
    public void Takes(int site, GroupToken steward)
    {
        if (steward.Lineage == 0)
            _breaches.Add($"node {site} took the word of a steward that nobody elected, in term {steward.Term}");
        else if (steward.Term < HighestOf(site, steward.Lineage))
            _breaches.Add($"node {site} took the word of a steward of term {steward.Term}, after term {HighestOf(site, steward.Lineage)}");
        Sees(site, steward);
    }

    private ulong HighestOf(int site, ulong lineage) => _highest.GetValueOrDefault((site, lineage));
}

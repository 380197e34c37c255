namespace Crux.Simulator;

/// <summary>Who can send to whom. One direction may be cut without the other.</summary>
internal sealed class Connectivity
{
    private readonly List<HashSet<int>?> _cutFrom = [];

    /// <summary>Whether anything is cut.</summary>
    public bool IsCut => _cutFrom.Count > 0;

    public void Cut(IEnumerable<int> from, IReadOnlyCollection<int> to)
    {
        foreach (var sender in from)
        {
            while (_cutFrom.Count <= sender)
                _cutFrom.Add(null);
            (_cutFrom[sender] ??= []).UnionWith(to.Where(target => target != sender));
        }
    }

    public void Heal() => _cutFrom.Clear();

    public bool Carries(int from, int to) => from >= _cutFrom.Count || _cutFrom[from] is not { } cut || !cut.Contains(to);

    public bool Connects(int one, int other) => Carries(one, other) && Carries(other, one);
}

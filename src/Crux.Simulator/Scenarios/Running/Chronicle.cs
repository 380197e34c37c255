using System.Globalization;

namespace Crux.Simulator.Scenarios.Running;

/// <summary>Looks at the world every few milliseconds, and remembers what is worth telling.</summary>
internal sealed class Chronicle(FlockSimulation world)
{
    /// <summary>Entries of a timeline; what is over is left out, and said so.</summary>
    public const int MaxEntries = 400;

    /// <summary>Points of a curve; beyond it every second one goes.</summary>
    public const int MaxPoints = 4_000;

    private readonly SortedSet<int> _settledSizes = [];
    private readonly List<TimelineEntry> _entries = [];
    private readonly List<ConvergencePoint> _points = [];
    private readonly SortedDictionary<int, NodeId> _leaders = [];
    private ulong[] _views = [];
    private int[] _viewsSeen = [];
    private int[] _viewsBefore = [];
    private int _stride = 1;
    private int _glances;
    private bool _wasWhole;

    /// <summary>Since when all views are identical and full; null while they are not.</summary>
    public TimeSpan? FullSince { get; private set; }

    /// <summary>Since when all follow one leader.</summary>
    public TimeSpan? LeaderSince { get; private set; }

    /// <summary>Since when all follow one fenced leader.</summary>
    public TimeSpan? FencedSince { get; private set; }

    public int LeaderChanges { get; private set; }

    public IReadOnlyList<TimelineEntry> Entries => _entries;

    public IReadOnlyList<ConvergencePoint> Points => _points;

    public IReadOnlyList<int> SettledSizes => [.. _settledSizes];

    public Spread ViewsPerNode => Spread.Of(_viewsSeen.Take(world.Count).Select(count => (double)count));

    public int ViewChangesSinceMark => _viewsSeen.Select((count, node) => count - (node < _viewsBefore.Length ? _viewsBefore[node] : count)).DefaultIfEmpty(0).Max();

    /// <summary>From here on views are counted anew for <see cref="ViewChangesSinceMark"/>.</summary>
    public void Mark() => _viewsBefore = [.. _viewsSeen];

    public void Tell(string what)
    {
        if (_entries.Count == MaxEntries)
            return;
        _entries.Add(new TimelineEntry(world.Now.TotalSeconds, _entries.Count == MaxEntries - 1 ? "(and so on)" : what));
    }

    public void Look()
    {
        var (running, full, identical, agreed, fenced) = (0, 0, true, true, true);
        CountViews();
        foreach (var part in world.Rest.Parts())
        {
            var standing = world.Rest.StandingOf(part);
            running += part.Count;
            full += standing.Full;
            identical &= standing.IsIdentical;
            agreed &= standing.Leader is not null;
            fenced &= standing.IsFenced;
            if (standing.Leader is { } leader && !world.Links.IsCut)
                Follow(part[0].Flock, leader);
        }
        FullSince = identical && running > 0 ? FullSince ?? world.Now : null;
        LeaderSince = agreed && running > 0 ? LeaderSince ?? world.Now : null;
        FencedSince = fenced && running > 0 ? FencedSince ?? world.Now : null;
        if (identical != _wasWhole && running > 0)
            Tell(identical ? $"all {running} have the full view" : $"views differ: {full} of {running} see as many as there are");
        _wasWhole = identical && running > 0;
        Plot(new ConvergencePoint(world.Now.TotalSeconds, running, full));
    }

    private void CountViews()
    {
        if (_views.Length < world.Count)
        {
            Array.Resize(ref _views, world.Count);
            Array.Resize(ref _viewsSeen, world.Count);
        }
        var lastSize = 0;
        for (var i = 0; i < world.Count; i++)
        {
            var node = world.Nodes[i];
            if (!node.IsOn)
                continue;
            ref readonly var digest = ref world.Digests[i];
            if (digest.View != _views[i])
                (_views[i], _viewsSeen[i]) = (digest.View, _viewsSeen[i] + 1);
            if (!digest.IsSettled || digest.Size == lastSize || node.IsOutcast)
                continue;
            _settledSizes.Add(digest.Size);
            lastSize = digest.Size;
        }
    }

    private void Follow(int flock, NodeId leader)
    {
        if (_leaders.TryGetValue(flock, out var was) && was == leader)
            return;
        if (_leaders.ContainsKey(flock))
            LeaderChanges++;
        _leaders[flock] = leader;
        Tell(string.Create(CultureInfo.InvariantCulture, $"all follow node{world.IndexOf(leader)}"));
    }

    private void Plot(ConvergencePoint point)
    {
        if (_glances++ % _stride != 0)
            return;
        if (_points.Count == MaxPoints)
        {
            for (var i = 0; i < MaxPoints / 2; i++)
                _points[i] = _points[2 * i];
            _points.RemoveRange(MaxPoints / 2, MaxPoints / 2);
            _stride *= 2;
        }
        _points.Add(point);
    }
}

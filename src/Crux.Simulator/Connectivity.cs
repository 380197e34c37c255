using System.Collections;

namespace Crux.Simulator;

/// <summary>Who can send to whom. One direction may be cut without the other.</summary>
internal sealed class Connectivity
{
    /// <summary>Cuts at once; a script that makes more has forgotten to heal.</summary>
    public const int MaxCuts = 4_096;

    private readonly List<(BitArray From, BitArray To)> _cuts = [];
    private long _version;

    /// <summary>Whether anything is cut.</summary>
    public bool IsCut => _cuts.Count > 0;

    /// <summary>Grows with everything that may change which parts the world falls into.</summary>
    public long Version => Volatile.Read(ref _version);

    public void Cut(IEnumerable<int> from, IEnumerable<int> to)
    {
        if (_cuts.Count == MaxCuts)
            throw new InvalidOperationException($"More than {MaxCuts} cuts at once.");
        Touch();
        _cuts.Add((SetOf(from), SetOf(to)));
    }

    public void Heal()
    {
        _cuts.Clear();
        Touch();
    }

    /// <summary>A node came, went, or became another's business. For any thread.</summary>
    public void Touch() => Interlocked.Increment(ref _version);

    public bool Carries(int from, int to)
    {
        foreach (var cut in _cuts)
        {
            if (from != to && Holds(cut.From, from) && Holds(cut.To, to))
                return false;
        }
        return true;
    }

    public bool Connects(int one, int other) => Carries(one, other) && Carries(other, one);

    /// <summary>Equal for nodes that every cut treats alike.</summary>
    public ulong ClassOf(int node)
    {
        var hash = 0UL;
        foreach (var cut in _cuts)
            hash = Machines.Mix.Two(hash, (Holds(cut.From, node) ? 1UL : 0) | (Holds(cut.To, node) ? 2UL : 0));
        return hash;
    }

    private static bool Holds(BitArray set, int node) => node < set.Length && set[node];

    private static BitArray SetOf(IEnumerable<int> nodes)
    {
        var set = new BitArray(0);
        foreach (var node in nodes)
        {
            if (node >= set.Length)
                set.Length = Math.Max(node + 1, set.Length * 2);
            set[node] = true;
        }
        return set;
    }
}

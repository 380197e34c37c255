using Crux.Machines;

namespace Crux.Simulator.Anchors;

/// <summary>Whom one node knows, in the order in which it probes them.</summary>
internal sealed class MemberTable(int nodes, int self, SeededRandom random)
{
    private readonly MemberState[] _states = new MemberState[nodes];
    private readonly int[] _incarnations = new int[nodes];
    private readonly Dictionary<int, long> _diedAt = [];
    private readonly List<int> _order = [];
    private int _next;

    /// <summary>Whom it holds for members: alive or suspect.</summary>
    public int Size { get; private set; }

    /// <summary>Everybody it knows, the recently dead too: what its timeouts scale with.</summary>
    public int Known => _order.Count;

    public MemberState StateOf(int member) => _states[member];

    public int IncarnationOf(int member) => _incarnations[member];

    public ReadOnlySpan<int> Order => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_order);

    public void Set(int member, MemberState state, int incarnation, long now)
    {
        var was = _states[member];
        if (was == MemberState.Unknown)
            Insert(member);
        Size += (IsMember(state) ? 1 : 0) - (IsMember(was) ? 1 : 0);
        (_states[member], _incarnations[member]) = (state, incarnation);
        if (state == MemberState.Dead)
            _diedAt[member] = now;
        else if (was == MemberState.Dead)
            _diedAt.Remove(member);
    }

    /// <summary>The next to probe, -1 where there is nobody. Each round through the list is in a new order, without the long dead.</summary>
    public int NextToProbe(long now, long keepDead)
    {
        for (var looked = 0; looked < _order.Count;)
        {
            if (_next >= _order.Count)
            {
                Reshuffle(now, keepDead);
                _next = 0;
                looked++;
                continue;
            }
            var candidate = _order[_next++];
            if (candidate != self && IsMember(_states[candidate]))
                return candidate;
            looked++;
        }
        return -1;
    }

    /// <summary>Up to <paramref name="count"/> random ones that <paramref name="fits"/> takes, none twice, never itself.</summary>
    public void Pick(int count, Func<int, bool> fits, List<int> into)
    {
        into.Clear();
        for (var tries = 0; tries < 3 * _order.Count && into.Count < count; tries++)
        {
            var candidate = _order[random.Next(_order.Count)];
            if (candidate != self && !into.Contains(candidate) && fits(candidate))
                into.Add(candidate);
        }
    }

    /// <summary>Whether a dead one died so recently that it is still told.</summary>
    public bool DiedSince(int member, long since) => _diedAt.TryGetValue(member, out var at) && at >= since;

    private static bool IsMember(MemberState state) => state is MemberState.Alive or MemberState.Suspect;

    private void Insert(int member)
    {
        _order.Add(member);
        var place = random.Next(_order.Count);
        (_order[place], _order[^1]) = (_order[^1], _order[place]);
    }

    private void Reshuffle(long now, long keepDead)
    {
        for (var i = _order.Count - 1; i >= 0; i--)
        {
            var member = _order[i];
            if (_states[member] != MemberState.Dead || _diedAt[member] >= now - keepDead)
                continue;
            _diedAt.Remove(member);
            (_states[member], _incarnations[member]) = (MemberState.Unknown, 0);
            _order[i] = _order[^1];
            _order.RemoveAt(_order.Count - 1);
        }
        for (var i = _order.Count - 1; i > 0; i--)
        {
            var other = random.Next(i + 1);
            (_order[i], _order[other]) = (_order[other], _order[i]);
        }
    }
}

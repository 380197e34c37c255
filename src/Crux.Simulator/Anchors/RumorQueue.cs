namespace Crux.Simulator.Anchors;

/// <summary>
/// What a node has to tell: one rumour per subject, least told first; among equals the longer first where it still fits, then the
/// newest. After so many tellings a rumour is dropped.
/// </summary>
/// <remarks>Bounded by the group's size: a newer rumour takes the place of an older one on the same subject.</remarks>
internal sealed class RumorQueue(int nodes)
{
    private const int Lengths = 2;

    private readonly uint[] _current = new uint[nodes];
    private readonly List<RumorPile[]> _tiers = [];
    private readonly List<(int Tier, RumorPile.Entry Entry)> _moved = [];
    private uint _next;

    public int Count { get; private set; }

    public void Add(Rumor rumor)
    {
        if (_current[rumor.Subject] == 0)
            Count++;
        _current[rumor.Subject] = ++_next;
        Push(0, new(_next, rumor));
    }

    /// <summary>Takes what fits into <paramref name="limitBytes"/>, and counts it as told once more.</summary>
    public int Take(int limitBytes, int transmissions, List<Rumor> into)
    {
        var used = 0;
        for (var tier = 0; tier < _tiers.Count && Count > _moved.Count;)
        {
            var free = limitBytes - used - MessageSizes.CompoundPart;
            if (free < MessageSizes.SuspectOrDead)
                break;
            if (!TryPop(tier, free, out var entry))
            {
                tier++;
                continue;
            }
            used += MessageSizes.CompoundPart + MessageSizes.Of(entry.Rumor.Kind);
            into.Add(entry.Rumor);
            if (tier + 1 < transmissions)
            {
                _moved.Add((tier + 1, entry));
                continue;
            }
            _current[entry.Rumor.Subject] = 0;
            Count--;
        }
        // Only now: what moved down must not be met again on the way.
        foreach (var (tier, entry) in _moved)
            Push(tier, entry);
        _moved.Clear();
        return used;
    }

    private void Push(int tier, RumorPile.Entry entry)
    {
        while (_tiers.Count <= tier)
            _tiers.Add([new(), new()]);
        _tiers[tier][entry.Rumor.Kind == RumorKind.Alive ? 0 : 1].Push(entry);
    }

    private bool TryPop(int tier, int free, out RumorPile.Entry entry)
    {
        for (var length = free < MessageSizes.Alive ? 1 : 0; length < Lengths; length++)
        {
            var pile = _tiers[tier][length];
            while (pile.TryPop(out entry))
            {
                if (_current[entry.Rumor.Subject] == entry.Id)
                    return true;
            }
        }
        entry = default;
        return false;
    }
}

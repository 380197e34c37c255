using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>Which records of one block are under way to others, how often each is to be passed on, and in how many rounds this node still tells it.</summary>
internal sealed class BlockNews
{
    private const int LeftShift = 4;
    private const byte HopsMask = (1 << LeftShift) - 1;

    private SlotPlaces _told;
    private SlotSet _slots;

    /// <summary>Of which block; none where it is in reserve.</summary>
    public ViewBlock? Block { get; set; }

    public bool IsEmpty => _slots.IsEmpty;

    public bool Has(int slot) => _slots.Has(slot);

    public void Tell(int slot, int hops, int rounds)
    {
        if (_slots.Has(slot))
            hops = Math.Max(hops, _told[slot] & HopsMask);
        _told[slot] = (byte)((rounds << LeftShift) | hops);
        _slots.Add(slot);
    }

    /// <summary>Those that are to be passed on so often.</summary>
    public SlotSet WithHops(int hops)
    {
        var found = default(SlotSet);
        for (var slot = _slots.Next(0); slot >= 0; slot = _slots.Next(slot + 1))
        {
            if ((_told[slot] & HopsMask) == hops)
                found.Add(slot);
        }
        return found;
    }

    /// <summary>These were told in one more round.</summary>
    /// <returns>How many need not be told again.</returns>
    public int Age(in SlotSet told)
    {
        var done = 0;
        for (var slot = told.Next(0); slot >= 0; slot = told.Next(slot + 1))
        {
            _told[slot] -= 1 << LeftShift;
            if (_told[slot] >> LeftShift > 0)
                continue;
            _slots.Remove(slot);
            done++;
        }
        return done;
    }
}

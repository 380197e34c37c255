using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>Who stands next to one boot on each ring. Whoever comes costs eight comparisons; only when a neighbour goes is the view searched.</summary>
/// <param name="salt">The boot whose neighbours they are.</param>
/// <param name="self">Its address.</param>
/// <param name="before">Those before it, whom it watches; else those after it, who watch it.</param>
internal sealed class RingNeighbours(ulong salt, NetAddress self, bool before)
{
    private readonly ulong[] _places = Ring.PlacesOf(salt);
    private readonly ulong[] _distances = new ulong[Ring.Count];
    private readonly NetAddress[] _who = new NetAddress[Ring.Count];
    private ulong _gone;

    /// <summary>A neighbour has gone: <see cref="Rebuild"/> before asking.</summary>
    public bool IsStale { get; private set; } = true;

    /// <summary>Grows with every change.</summary>
    public int Version { get; private set; }

    public ulong Salt => salt;

    /// <summary>The neighbour on a ring; null where there is nobody else.</summary>
    public NetAddress? On(int ring) => _distances[ring] == ulong.MaxValue ? null : _who[ring];

    public bool Holds(NetAddress address)
    {
        for (var ring = 0; ring < Ring.Count; ring++)
        {
            if (_who[ring] == address && _distances[ring] != ulong.MaxValue)
                return true;
        }
        return false;
    }

    public void Enter(in MemberRecord member)
    {
        if (member.Address == self)
            return;
        if (IsStale)
        {
            // The same boot in another life: nobody has moved.
            IsStale = _gone != member.Salt;
            _gone = 0;
            return;
        }
        Compare(member.Salt, member.Address);
    }

    public void Leave(in MemberRecord member)
    {
        if (!Holds(member.Address))
            return;
        _gone = IsStale ? 0 : member.Salt;
        IsStale = true;
    }

    /// <summary>Searches the view again.</summary>
    public void Rebuild(ViewTable view, Predicate<ulong>? except = null)
    {
        (IsStale, _gone) = (false, 0);
        Version++;
        Array.Fill(_distances, ulong.MaxValue);
        foreach (var block in view.Blocks)
        {
            for (var slot = block.Reachable.Next(0); slot >= 0; slot = block.Reachable.Next(slot + 1))
            {
                var member = block[slot];
                if (member.Address != self && except?.Invoke(member.Salt) != true)
                    Compare(member.Salt, member.Address);
            }
        }
    }

    private void Compare(ulong other, NetAddress address)
    {
        for (var ring = 0; ring < Ring.Count; ring++)
        {
            var distance = before ? _places[ring] - Ring.Place(ring, other) : Ring.Place(ring, other) - _places[ring];
            if (distance >= _distances[ring])
                continue;
            (_distances[ring], _who[ring]) = (distance, address);
            Version++;
        }
    }
}

namespace Crux.Services.Reeve;

/// <summary>How many selectors are followed because a user's processes asked: all of them together are limited, and one user must not have them all.</summary>
/// <remarks>Thread-safe. Who asks for what is followed already is not counted.</remarks>
internal sealed class SelectorShares(Predicate<Selector> isFollowed)
{
    /// <summary>Of one user, of the 4,096 that a node follows unless told otherwise.</summary>
    public const int MaxPerUser = 1_024;

    /// <summary>Users on account; beyond it those are forgotten of whom nothing is followed any more.</summary>
    private const int MaxUsers = 1_024;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, HashSet<Selector>> _byUser = [];

    /// <summary>Whether one more may be followed for this user.</summary>
    public bool TryTake(uint user, Selector selector)
    {
        if (isFollowed(selector))
            return true;
        lock (_gate)
        {
            if (!_byUser.TryGetValue(user, out var taken))
            {
                if (_byUser.Count >= MaxUsers)
                    Forget();
                if (_byUser.Count >= MaxUsers)
                    return false;
                _byUser.Add(user, taken = []);
            }
            if (taken.Count >= MaxPerUser)
                taken.RemoveWhere(selector => !isFollowed(selector));
            return taken.Contains(selector) || (taken.Count < MaxPerUser && taken.Add(selector));
        }
    }

    private void Forget()
    {
        foreach (var (user, taken) in _byUser)
        {
            taken.RemoveWhere(selector => !isFollowed(selector));
            if (taken.Count == 0)
                _byUser.Remove(user);
        }
    }
}

namespace Crux.Node.Security;

/// <summary>How much each user's processes have of something that the Unix socket gives: one that goes wild must not have all that there is.</summary>
/// <param name="most">What one user may have at once.</param>
/// <remarks>Thread-safe. Root's and fulcrum's own are not counted: who has root has the machine.</remarks>
internal sealed class UserShares(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, int> _byUser = [];

    /// <summary>Whether a user's shares are counted at all.</summary>
    public static bool IsCounted(uint user) => user != 0 && user != Posix.EffectiveUser;

    /// <summary>Gives one; false where the user has enough of them.</summary>
    public bool TryAdd(uint user)
    {
        if (!IsCounted(user))
            return true;
        lock (_gate)
        {
            var held = _byUser.GetValueOrDefault(user);
            if (held >= most)
                return false;
            _byUser[user] = held + 1;
            return true;
        }
    }

    /// <summary>Takes one back that has ended.</summary>
    public void Remove(uint user)
    {
        if (!IsCounted(user))
            return;
        lock (_gate)
        {
            if (--_byUser[user] == 0)
                _byUser.Remove(user);
        }
    }
}

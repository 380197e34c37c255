namespace Crux.Node.Security;

/// <summary>How many connections each user's processes have to the Unix socket: one that goes wild must not have all that there are.</summary>
/// <remarks>Thread-safe. Root's and fulcrum's own are not counted: who has root has the machine.</remarks>
internal sealed class UserConnections
{
    /// <summary>Connections at once of one user; a process has one, and one more where it watches very much. The next is closed at once.</summary>
    public const int MaxPerUser = 1_024;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, int> _byUser = [];

    /// <summary>Takes a connection in; false where its user has enough of them.</summary>
    public bool TryAdd(uint user)
    {
        if (IsFree(user))
            return true;
        lock (_gate)
        {
            var held = _byUser.GetValueOrDefault(user);
            if (held >= MaxPerUser)
                return false;
            _byUser[user] = held + 1;
            return true;
        }
    }

    /// <summary>Forgets a connection that has ended.</summary>
    public void Remove(uint user)
    {
        if (IsFree(user))
            return;
        lock (_gate)
        {
            if (--_byUser[user] == 0)
                _byUser.Remove(user);
        }
    }

    private static bool IsFree(uint user) => user == 0 || user == Posix.EffectiveUser;
}

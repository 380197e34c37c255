namespace Crux.Machines.Flock.Scan;

/// <summary>
/// Addresses from which a challenge came and whose node is not in the view yet: part of the handshake was lost. They are asked
/// again soon; waiting for the next sweep could take a minute once the group has backed off.
/// </summary>
internal sealed class Callbacks(FlockState state)
{
    /// <summary>Addresses remembered; more at once are left to the sweep.</summary>
    public const int MaxPending = 256;

    /// <summary>Times that one address is asked again.</summary>
    public const int MaxTries = 8;

    /// <summary>Time between two tries.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(300);

    private readonly List<(NetAddress Address, int TriesLeft)> _pending = [];
    private Instant _next;

    public Instant Due => _pending.Count == 0 ? Instant.Never : _next;

    public void Add(NetAddress address)
    {
        if (_pending.Count == MaxPending || state.View.IsLive(address) || IsPending(address))
            return;
        if (_pending.Count == 0)
            _next = state.Now + Period;
        _pending.Add((address, MaxTries));
    }

    private bool IsPending(NetAddress address) => _pending.Exists(entry => entry.Address == address);

    /// <summary>Says hello again to those whose turn it is.</summary>
    public void Tick(Introductions introductions)
    {
        if (state.Now < Due)
            return;
        _next = state.Now + Period;
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            var (address, left) = _pending[i];
            _pending[i] = (address, left - 1);
            if (left == 0 || state.View.IsLive(address))
                _pending.RemoveAt(i);
            else
                introductions.Hello(address, Reach.Proven);
        }
    }
}

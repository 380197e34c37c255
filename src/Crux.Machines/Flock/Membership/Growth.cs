namespace Crux.Machines.Flock.Membership;

/// <summary>Whether a view grows so fast that what a node has to do with whom will be another matter in a moment.</summary>
internal sealed class Growth
{
    /// <summary>Time over which growth is measured; up to twice that.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(125);

    /// <summary>Growth beyond this part of the view within the window is fast.</summary>
    public const double Fast = 0.08;

    /// <summary>A view of so few is never thought to grow fast: everybody has to do with everybody.</summary>
    public const int FewMembers = 32;

    private Instant _at;
    private int _then;
    private int _before;

    /// <summary>The view has this size now.</summary>
    public void Note(Instant now, int size)
    {
        if (now - _at >= Window)
            (_at, _before, _then) = (now, now - _at >= 2 * Window ? size : _then, size);
    }

    /// <summary>Whether a view of this size was much smaller a moment ago.</summary>
    public bool IsFast(Instant now, int size) =>
        size > FewMembers && now - _at < 2 * Window && size > (1 + Fast) * (now - _at >= Window ? _then : _before);
}

namespace Crux.Machines.Flock.Detection;

/// <summary>Boots that came into the view a moment ago. While a flock forms that is everybody; they are sorted only when somebody asks.</summary>
internal sealed class Newcomers
{
    /// <summary>Newcomers told from those that were here before; beyond it, the first ones are.</summary>
    public const int Max = 512;

    private readonly Queue<(ulong Salt, Instant At)> _came = new();
    private readonly HashSet<ulong> _salts = [];
    private bool _isSorted = true;

    public Newcomers() => Holds = IsOne;

    public bool Any => _came.Count > 0;

    /// <summary>Whether a boot is one.</summary>
    public Predicate<ulong> Holds { get; }

    public void Add(ulong salt, Instant now)
    {
        if (_came.Count == Max)
            _came.Dequeue();
        _came.Enqueue((salt, now));
        _isSorted = false;
    }

    /// <summary>Those that came before are none any more.</summary>
    public void Forget(Instant before)
    {
        while (_came.TryPeek(out var first) && first.At <= before)
        {
            _came.Dequeue();
            _isSorted = false;
        }
    }

    private bool IsOne(ulong salt)
    {
        if (!_isSorted)
        {
            _isSorted = true;
            _salts.Clear();
            foreach (var (came, _) in _came)
                _salts.Add(came);
        }
        return _salts.Contains(salt);
    }
}

namespace Crux.Simulator.Anchors;

/// <summary>
/// Lifeguard's suspicion: it lasts long while one node alone suspects, and shrinks to the least time with the logarithm of
/// independent confirmations.
/// </summary>
internal sealed class Suspicion
{
    private readonly List<int> _accusers;
    private readonly int _needed;
    private readonly long _startedAt;
    private readonly TimeSpan _least, _most;

    public Suspicion(int accuser, int needed, TimeSpan least, TimeSpan most, long now)
    {
        (_accusers, _needed, _startedAt, _least, _most) = ([accuser], needed, now, least, most);
        DueAt = now + (needed < 1 ? least : most).Ticks;
    }

    public long DueAt { get; private set; }

    /// <summary>Counts an accuser; false where that changes nothing.</summary>
    public bool Confirm(int accuser)
    {
        if (_accusers.Count - 1 >= _needed || _accusers.Contains(accuser))
            return false;
        _accusers.Add(accuser);
        var part = Math.Log(_accusers.Count) / Math.Log(_needed + 1);
        var lasts = _most - (part * (_most - _least));
        DueAt = _startedAt + Math.Max(_least.Ticks, lasts.Ticks);
        return true;
    }
}

namespace Crux.Machines.Flock;

/// <summary>
/// From where datagrams come that can't be used, for an operator who asks why a node is missing. The table has its size from the start
/// and never grows: bytes that don't authenticate allocate nothing.
/// </summary>
internal sealed class UnreadDatagrams
{
    /// <summary>Addresses remembered; a new one takes the place of the one not heard from for longest.</summary>
    public const int MaxSources = 64;

    private readonly UnreadSource[] _sources = new UnreadSource[MaxSources];
    private int _count;

    /// <summary>The sources, the last heard first.</summary>
    public IReadOnlyList<UnreadSource> Sources => [.. _sources.Take(_count).OrderByDescending(source => source.LastAt).ThenBy(source => source.From)];

    public void Add(Instant now, NetAddress from, RejectReason why)
    {
        var place = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_sources[i].From == from)
            {
                _sources[i] = new UnreadSource(from, _sources[i].Count + 1, why, now);
                return;
            }
            if (_sources[i].LastAt < _sources[place].LastAt)
                place = i;
        }
        if (_count < MaxSources)
            place = _count++;
        _sources[place] = new UnreadSource(from, 1, why, now);
    }
}

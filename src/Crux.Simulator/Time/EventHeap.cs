namespace Crux.Simulator.Time;

/// <summary>What is still to come, earliest first: a four-way heap of structs, so that an event costs no allocation.</summary>
internal sealed class EventHeap
{
    private const int Ways = 4;

    private SimulatedEvent[] _events = new SimulatedEvent[1024];
    private ulong _order;

    public int Count { get; private set; }

    /// <summary>The most events that ever waited at once.</summary>
    public int Peak { get; private set; }

    /// <summary>When the next event happens; the end of time where none waits.</summary>
    public long NextAt => Count == 0 ? long.MaxValue : _events[0].At;

    public void Push(long at, SimulatedEventKind kind, int node, int from = -1, int payload = -1)
    {
        if (Count == _events.Length)
            Array.Resize(ref _events, Count * 2);
        var added = new SimulatedEvent(at, _order++, node, from, payload, kind);
        var index = Count++;
        Peak = Math.Max(Peak, Count);
        while (index > 0)
        {
            var parent = (index - 1) / Ways;
            if (!added.IsBefore(_events[parent]))
                break;
            _events[index] = _events[parent];
            index = parent;
        }
        _events[index] = added;
    }

    public SimulatedEvent Pop()
    {
        var first = _events[0];
        var last = _events[--Count];
        var index = 0;
        while (true)
        {
            var child = (index * Ways) + 1;
            if (child >= Count)
                break;
            var least = child;
            for (var other = child + 1; other < Math.Min(child + Ways, Count); other++)
            {
                if (_events[other].IsBefore(_events[least]))
                    least = other;
            }
            if (!_events[least].IsBefore(last))
                break;
            _events[index] = _events[least];
            index = least;
        }
        _events[index] = last;
        return first;
    }
}

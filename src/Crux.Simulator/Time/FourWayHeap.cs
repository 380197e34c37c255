namespace Crux.Simulator.Time;

/// <summary>Events by time, earliest first: a four-way heap of structs, so that an event costs no allocation.</summary>
internal sealed class FourWayHeap(int capacity)
{
    private const int Ways = 4;

    private SimulatedEvent[] _events = new SimulatedEvent[capacity];

    public int Count { get; private set; }

    /// <summary>The earliest. There must be one.</summary>
    public ref readonly SimulatedEvent First => ref _events[0];

    public void Push(in SimulatedEvent added)
    {
        if (Count == _events.Length)
            Array.Resize(ref _events, Count * 2);
        var events = _events;
        var index = Count++;
        while (index > 0)
        {
            var parent = (index - 1) / Ways;
            if (!added.IsBefore(events[parent]))
                break;
            events[index] = events[parent];
            index = parent;
        }
        events[index] = added;
    }

    public SimulatedEvent Pop()
    {
        var events = _events;
        var first = events[0];
        var last = events[--Count];
        var index = 0;
        while (true)
        {
            var child = (index * Ways) + 1;
            if (child >= Count)
                break;
            var least = child;
            for (var other = child + 1; other < Math.Min(child + Ways, Count); other++)
            {
                if (events[other].IsBefore(events[least]))
                    least = other;
            }
            if (!events[least].IsBefore(last))
                break;
            events[index] = events[least];
            index = least;
        }
        events[index] = last;
        return first;
    }
}

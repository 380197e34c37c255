using Crux.Machines;
using Crux.Simulator.Time;

namespace Crux.Simulator.Tests;

public sealed class EventHeapTests
{
    [Fact]
    public void Events_come_by_time_then_by_who_thought_of_them_and_then_in_the_order_of_thought()
    {
        var heap = new EventHeap();
        var random = new SeededRandom(1);
        for (var i = 0; i < 10_000; i++)
            heap.Push(new SimulatedEvent(random.Next(500), SimulatedEvent.OrderOf(random.Next(50) - 1, (ulong)i), i, -1, -1, SimulatedEventKind.Deadline));
        var last = heap.Pop();
        while (heap.Count > 0)
        {
            var next = heap.Pop();
            Assert.True(last.IsBefore(next));
            last = next;
        }
    }
}

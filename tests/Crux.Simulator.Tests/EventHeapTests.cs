using Crux.Machines;
using Crux.Simulator.Time;

namespace Crux.Simulator.Tests;

public sealed class EventHeapTests
{
    [Fact]
    public void Events_come_by_time_and_then_by_the_order_in_which_they_were_thought_of()
    {
        var heap = new EventHeap();
        var random = new SeededRandom(1);
        for (var i = 0; i < 10_000; i++)
            heap.Push(random.Next(500), SimulatedEventKind.Deadline, i);
        var last = heap.Pop();
        while (heap.Count > 0)
        {
            var next = heap.Pop();
            Assert.True(last.IsBefore(next));
            last = next;
        }
    }
}

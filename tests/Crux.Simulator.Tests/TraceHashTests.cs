using Crux.Simulator.Time;

namespace Crux.Simulator.Tests;

public sealed class TraceHashTests
{
    [Fact]
    public void The_order_of_what_happened_counts()
    {
        var one = new TraceHash();
        one.Add(1);
        one.Add(2);
        var other = new TraceHash();
        other.Add(2);
        other.Add(1);
        Assert.NotEqual(one.Value, other.Value);
    }

    [Fact]
    public void The_hash_is_the_same_in_every_process_and_for_ever()
    {
        var hash = new TraceHash();
        hash.Add(42);
        hash.Add("hello, flock"u8);
        Assert.Equal(1709596956224384725UL, hash.Value);
    }

    [Fact]
    public void Bytes_that_end_in_zeros_differ_by_their_number()
    {
        var one = new TraceHash();
        one.Add([1, 0]);
        var other = new TraceHash();
        other.Add([1, 0, 0]);
        Assert.NotEqual(one.Value, other.Value);
    }
}

namespace Crux.Simulator.Anchors;

/// <summary>What TCP makes of the network: everything arrives, lost segments later. Congestion is not modelled.</summary>
internal static class ReliableStream
{
    private const double BytesPerSecond = 125e6;

    /// <summary>The kernel's first retransmission of a lost SYN, and of a lost segment.</summary>
    private static readonly TimeSpan SynTimeout = TimeSpan.FromSeconds(1), SegmentTimeout = TimeSpan.FromMilliseconds(200);

    /// <summary>Time until a connection stands, in ticks.</summary>
    public static long Connect(AnchorWorld world) => Segment(world, SynTimeout) + Segment(world, SynTimeout);

    /// <summary>Time until so many bytes have gone one way, in ticks.</summary>
    public static long Send(AnchorWorld world, long bytes)
    {
        var longest = Segment(world, SegmentTimeout);
        for (var sent = (long)MessageSizes.TcpSegment; world.Network.Loss > 0 && sent < bytes; sent += MessageSizes.TcpSegment)
            longest = Math.Max(longest, Segment(world, SegmentTimeout));
        return longest + (long)(bytes / BytesPerSecond * TimeSpan.TicksPerSecond);
    }

    /// <summary>Time until a fresh connection carried a question and its answer, in ticks.</summary>
    public static long Ask(AnchorWorld world) => Connect(world) + Send(world, 0) + Send(world, 0);

    private static long Segment(AnchorWorld world, TimeSpan timeout)
    {
        var waited = 0L;
        for (var next = timeout.Ticks; world.Network.Loss > 0 && world.Random.NextDouble() < world.Network.Loss; next *= 2)
            waited += next;
        return waited + world.Way().Ticks;
    }
}

namespace Crux.Simulator;

/// <summary>One node's clock: it began at some time of its own and may run a little fast or slow. There is no wall clock.</summary>
internal sealed class NodeClock(long offset)
{
    private const long Million = 1_000_000;

    private long _world;
    private long _own = offset;

    /// <summary>Parts per million by which it runs fast; slow where negative.</summary>
    public int RatePpm { get; private set; }

    /// <summary>The clock's rate from now on; what it shows does not jump.</summary>
    public void SetRate(long now, int ppm)
    {
        (_own, _world) = (At(now).Ticks, now);
        RatePpm = ppm;
    }

    /// <summary>What it shows at a time of the world's.</summary>
    public Instant At(long world) => new(_own + (world - _world) + ((world - _world) * RatePpm / Million));

    /// <summary>The first time of the world's at which it shows this instant.</summary>
    public long WorldAt(Instant instant)
    {
        if (instant == Instant.Never)
            return long.MaxValue;
        var own = instant.Ticks - _own;
        if (RatePpm == 0)
            return _world + own;
        var world = _world + (long)((Int128)own * Million / (Million + RatePpm));
        while (At(world) < instant)
            world++;
        return world;
    }
}

namespace Crux.Simulator.Network;

/// <summary>What one node sent, in all and in its busiest second.</summary>
internal struct Traffic
{
    /// <summary>Ethernet 14, IPv4 20, UDP 8.</summary>
    public const int HeaderBytes = 42;

    private long _second;
    private long _inSecond;

    public long Datagrams { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The most bytes within one second of the world's clock, without headers.</summary>
    public long Peak { get; private set; }

    public void Add(long now, int bytes)
    {
        Datagrams++;
        Bytes += bytes;
        var second = now / TimeSpan.TicksPerSecond;
        if (second != _second)
            (_second, _inSecond) = (second, 0);
        _inSecond += bytes;
        Peak = Math.Max(Peak, _inSecond);
    }
}

namespace Crux.Simulator.Network;

/// <summary>A line of limited speed with a short queue before it.</summary>
internal struct Shaper
{
    /// <summary>What a switch's port buffers.</summary>
    private static readonly long LongestQueue = TimeSpan.TicksPerSecond / 4;

    private long _freeAt;

    /// <summary>When the last byte is through; null where the queue is full.</summary>
    public long? Pass(long now, int bytes, long bytesPerSecond)
    {
        var start = Math.Max(now, _freeAt);
        if (start - now > LongestQueue)
            return null;
        _freeAt = start + (bytes * TimeSpan.TicksPerSecond / bytesPerSecond);
        return _freeAt;
    }
}

namespace Crux.Machines.Flock.Keys;

/// <summary>Lets through a burst, then so many a second.</summary>
internal sealed class TokenBucket(int burst, double perSecond)
{
    private double _tokens = burst;
    private Instant? _filledAt;

    public double PerSecond { get; set; } = perSecond;

    public bool TryTake(Instant now)
    {
        Fill(now);
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }

    /// <summary>Holds so much from now on, at most the burst.</summary>
    public void Hold(Instant now, double tokens) => (_tokens, _filledAt) = (Math.Min(burst, tokens), now);

    /// <summary>When the next token is there.</summary>
    public Instant NextAt(Instant now)
    {
        Fill(now);
        return _tokens >= 1 ? now : PerSecond <= 0 ? Instant.Never : now + TimeSpan.FromSeconds(Math.Min((1 - _tokens) / PerSecond + 0.000_1, 3600));
    }

    private void Fill(Instant now)
    {
        if (_filledAt is { } before && now > before)
            _tokens = Math.Min(burst, _tokens + ((now - before).TotalSeconds * PerSecond));
        _filledAt = now;
    }
}

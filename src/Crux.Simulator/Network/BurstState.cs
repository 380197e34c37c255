using Crux.Machines;

namespace Crux.Simulator.Network;

/// <summary>The weather of one link or node, worked out only when somebody asks.</summary>
internal struct BurstState
{
    private bool _isBad;
    private bool _begun;
    private long _until;

    /// <summary>The part of datagrams lost now.</summary>
    public double LossAt(long now, BurstLoss burst, SeededRandom random)
    {
        if (!_begun)
        {
            _begun = true;
            // In the middle of some span, in proportion to their lengths.
            _isBad = random.NextDouble() < burst.Bad.Ticks / (double)(burst.Bad.Ticks + burst.Good.Ticks);
            _until = now + (long)(Draw(burst, random) * random.NextDouble());
        }
        while (_until <= now)
        {
            _isBad = !_isBad;
            _until += Draw(burst, random);
        }
        return _isBad ? burst.LossInBad : burst.LossInGood;
    }

    private readonly long Draw(BurstLoss burst, SeededRandom random)
    {
        var drawn = -Math.Log(1 - random.NextDouble()) * (_isBad ? burst.Bad : burst.Good).Ticks;
        var span = _isBad ? Math.Min(drawn, burst.LongestBad.Ticks) : Math.Max(drawn, burst.LeastGood.Ticks);
        return Math.Max(1, (long)Math.Min(span, TimeSpan.TicksPerDay));
    }
}

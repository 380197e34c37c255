namespace Crux.Machines.Flock.Detection;

/// <summary>How many of the beats that should have come did not, and what patience that asks for.</summary>
internal sealed class LossMeter(FlockOptions options)
{
    /// <summary>Beats after which what was measured before counts half.</summary>
    public const int HalfLifeBeats = 128;

    /// <summary>Beats before the measure is believed.</summary>
    public const int MinBeats = 8;

    /// <summary>A gap in the numbers wider than this is a change of observers, not loss.</summary>
    public const uint MaxGap = 24;

    /// <summary>So many beats must be missing that all of them are lost by chance at most this often; the asking begins then, nothing more.</summary>
    public const double ChanceToAsk = 0.15;

    /// <summary>Loss up to which <see cref="FlockOptions.ProbeTime"/> is enough, and beyond which <see cref="FlockOptions.LossyProbeTime"/> is needed.</summary>
    public const double LowLoss = 0.025;

    /// <inheritdoc cref="LowLoss"/>
    public const double HighLoss = 0.05;

    /// <summary>Loss from which on <see cref="FlockOptions.MaxProbeTime"/> is needed.</summary>
    public const double HeavyLoss = 0.2;

    private double _expected;
    private double _heard;

    /// <summary>The part of one-way datagrams lost, 0 to 0.6.</summary>
    public double Loss => _expected < MinBeats ? 0 : Math.Clamp(1 - (_heard / _expected), 0, 0.6);

    /// <summary>How long a member in doubt is asked before an observer raises its alarm.</summary>
    public TimeSpan Patience => Loss <= HighLoss
        ? Between(options.ProbeTime, options.LossyProbeTime, (Loss - LowLoss) / (HighLoss - LowLoss))
        : Between(options.LossyProbeTime, options.MaxProbeTime, (Loss - HighLoss) / (HeavyLoss - HighLoss));

    /// <summary>Silence beyond this raises a doubt, where a beat should come each <paramref name="interval"/>.</summary>
    public TimeSpan WindowFor(TimeSpan interval) => (interval * BeatsToMiss) + (options.BeatPeriod * 0.4);

    /// <summary>A beat came that is <paramref name="gap"/> after the last one.</summary>
    public void Heard(uint gap)
    {
        if (gap is 0 or > MaxGap)
            return;
        _expected += gap;
        _heard++;
        if (_expected < HalfLifeBeats)
            return;
        _expected /= 2;
        _heard /= 2;
    }

    private int BeatsToMiss => Loss <= ChanceToAsk ? 1 : Math.Min(3, (int)Math.Ceiling(Math.Log(ChanceToAsk) / Math.Log(Loss)));

    private static TimeSpan Between(TimeSpan low, TimeSpan high, double part) => low + ((high - low) * Math.Clamp(part, 0, 1));
}

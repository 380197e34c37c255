namespace Crux.Machines.Flock.Detection;

/// <summary>How many of the beats that should have come did not, and what patience that asks for.</summary>
internal sealed class LossMeter(FlockOptions options)
{
    /// <summary>Beats after which what was measured before counts half.</summary>
    public const int HalfLifeBeats = 64;

    /// <summary>Beats before the measure is believed.</summary>
    public const int MinBeats = 8;

    /// <summary>A gap in the numbers wider than this is a change of observers, not loss.</summary>
    public const uint MaxGap = 8;

    /// <summary>More probes than this tell nothing more.</summary>
    public const int MaxProbes = 15;

    private double _expected;
    private double _heard;

    /// <summary>The part of one-way datagrams lost, 0 to 0.6.</summary>
    public double Loss => _expected < MinBeats ? 0 : Math.Clamp(1 - (_heard / _expected), 0, 0.6);

    /// <summary>Silence beyond this raises a doubt: so many beats that all of them are lost by chance once in a thousand times.</summary>
    public TimeSpan Window
    {
        get
        {
            var beats = BeatsLostByChance(0.001);
            var wide = TimeSpan.FromTicks(options.BeatPeriod.Ticks * beats) + (options.BeatPeriod / 2);
            return wide <= options.SilenceWindow ? options.SilenceWindow : wide < options.MaxSilenceWindow ? wide : options.MaxSilenceWindow;
        }
    }

    /// <summary>So many probes that all of them, or their answers, are lost by chance once in 10,000 times.</summary>
    public int Probes
    {
        get
        {
            var roundTrip = 1 - ((1 - Loss) * (1 - Loss));
            return roundTrip <= 0.1 ? options.ProbeCount : Math.Clamp((int)Math.Ceiling(Math.Log(0.000_1) / Math.Log(roundTrip)), options.ProbeCount, MaxProbes);
        }
    }

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

    private int BeatsLostByChance(double chance) => Loss <= 0.02 ? 2 : (int)Math.Ceiling(Math.Log(chance) / Math.Log(Loss));
}

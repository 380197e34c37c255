namespace Crux.Machines.Flock.Detection;

/// <summary>How many of the beats that should have come did not, and how often one has to ask then.</summary>
internal sealed class LossMeter(FlockOptions options)
{
    /// <summary>Beats after which what was measured before counts half.</summary>
    public const int HalfLifeBeats = 128;

    /// <summary>Beats before the measure is believed.</summary>
    public const int MinBeats = 8;

    /// <summary>A gap in the numbers wider than this is a change of observers, not loss.</summary>
    public const uint MaxGap = 24;

    /// <summary>So many beats must be missing that all of them are lost by chance at most this often; the asking begins then, nothing more.</summary>
    public const double ChanceToAsk = 0.25;

    /// <summary>The part of a beat's period by which a beat may be late: asking is cheap, and most that is late is so by a timer or a busy core.</summary>
    public const double Slack = 0.3;

    /// <summary>So many probes go out in each turn of asking that a member which is well leaves all of them unanswered at most this often.</summary>
    public const double ChanceOfNoAnswer = 0.05;

    /// <summary>So many probes go out before a doubt is told that a member which is well leaves all of them unanswered at most this often.</summary>
    public const double ChanceToTell = 0.01;

    /// <summary>Probes that one observer sends alone, at most.</summary>
    public const int MaxProbesAlone = 6;

    /// <summary>Probes to one member in one turn, at most.</summary>
    public const int MaxProbesAtOnce = 4;

    private double _expected;
    private double _heard;

    /// <summary>The part of one-way datagrams lost, 0 to 0.6.</summary>
    public double Loss => _expected < MinBeats ? 0 : Math.Clamp(1 - (_heard / _expected), 0, 0.6);

    /// <summary>Probes to one member in each turn of asking.</summary>
    public int ProbesAtOnce => ProbesFor(ChanceOfNoAnswer, MaxProbesAtOnce);

    /// <summary>Probes that an observer sends alone before it tells the others.</summary>
    public int ProbesAlone => Math.Max(options.ProbesAlone, ProbesFor(ChanceToTell, MaxProbesAlone));

    /// <summary>Silence beyond this raises a doubt, where a beat should come each <paramref name="interval"/>.</summary>
    public TimeSpan WindowFor(TimeSpan interval) => (interval * BeatsToMiss) + (options.BeatPeriod * Slack);

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

    private int ProbesFor(double chance, int most)
    {
        var unanswered = 1 - Math.Pow(1 - Loss, 2);
        return unanswered <= chance ? 1 : Math.Min(most, (int)Math.Ceiling(Math.Log(chance) / Math.Log(unanswered)));
    }
}

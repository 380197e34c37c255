using Crux.Machines.Flock;
using Crux.Machines.Flock.Detection;

namespace Crux.Machines.Tests.Flock.Detection;

/// <summary>
/// How often, at most, a member that lives is evicted in a flock with eight observers each: the model of <c>docs/protocols/flock.md</c>,
/// worked out with the constants that the code has. An observer alarms if 97 % of the turns of 1.8 s were heard, answered by others
/// and not by the subject; or after 3.3 s without any answer.
/// </summary>
public sealed class FalseEvictionBound
{
    private const double Bound = 1e-12;

    /// <summary>What a node may lose of any four seconds.</summary>
    private const double Lost = 1.6;

    /// <summary>Doubts about one member while an alarm counts: no more than beats that could be missed.</summary>
    private static readonly double Doubts = 3 * AlarmBook.Life.TotalSeconds;

    private static readonly FlockOptions Options = new();

    private static readonly int Turns = (int)(Options.MaxProbeTime / Options.AskPeriod);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.2)]
    [InlineData(0.3)]
    public void Loss_that_strikes_each_datagram_by_itself_evicts_nobody(double loss)
    {
        var even = Enumerable.Repeat(loss, Turns).ToArray();
        foreach (var probes in new[] { 1, Meter(loss).ProbesAtOnce })
            Assert.InRange(FiveOfEight(Alarm(even, even, probes)), 0, Bound);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(LossMeter.MaxProbesAtOnce)]
    public void Bursts_in_which_nobody_loses_more_than_40_percent_of_any_four_seconds_evict_nobody(int probes)
    {
        // The subject's loss and the observers' own, each in one stretch, long and even or short and whole, in every position to each
        // other; and all observers' alike, as if one switch did it.
        double[] spans = [1.6, 1.8, 2, 2.2, 2.4, 2.8, 3.2];
        foreach (var ears in from span in spans from start in Starts(span) select Stretch(start, span))
        {
            foreach (var subject in from span in spans from start in Starts(span) select Stretch(start, span))
                Assert.InRange(FiveOfEight(Alarm(subject, ears, probes)), 0, Bound);
        }
    }

    [Fact]
    public void Two_outages_one_after_the_other_are_shorter_than_the_longest_asking()
    {
        Assert.True(Options.MaxProbeTime.TotalSeconds > 2 * Lost);
        Assert.True(Options.ProbeTime.TotalSeconds > Lost);
    }

    [Theory]
    [InlineData(0.4, true)]
    [InlineData(0.8, false)]
    public void A_trial_tells_40_percent_from_80(double loss, bool isWell)
    {
        var probes = (int)(Trial.Length / Options.AskPeriod);
        var deaf = 1 - (Trial.MostMissed / Trial.Length);
        var one = isWell ? AtMost(probes, 1 - loss, deaf) : Math.Max(0, 1 - AtMost(probes, 1 - loss, deaf));
        Assert.InRange(isWell ? FiveOfEight(one) : one, 0, isWell ? Bound : 1e-6);
    }

    private static IEnumerable<double> Starts(double span)
    {
        for (var start = 0.0; start + span <= Options.MaxProbeTime.TotalSeconds + 0.4; start += 0.4)
            yield return start;
    }

    private static double[] Stretch(double start, double span)
    {
        var loss = new double[Turns];
        for (var turn = 0; turn < Turns; turn++)
            loss[turn] = turn * Options.AskPeriod.TotalSeconds is var at && at >= start && at < start + span ? Math.Min(1, Lost / span) : 0;
        return loss;
    }

    /// <summary>The chance that one observer raises its alarm, by the number of turns heard so far.</summary>
    private static double Alarm(double[] subject, double[] ears, int probes)
    {
        var needed = (int)(Ears.NeededPart * (Options.ProbeTime / Options.AskPeriod));
        var least = (int)(Options.ProbeTime / Options.AskPeriod);
        var (chance, alarmed) = (new double[needed + 1], 0.0);
        chance[0] = 1;
        for (var turn = 0; turn < subject.Length; turn++)
        {
            var heard = 1 - Math.Pow(ears[turn], probes);
            var unanswered = Math.Pow(1 - ((1 - ears[turn]) * (1 - subject[turn])), probes);
            for (var count = needed; count >= 0; count--)
                chance[count] = unanswered * ((count > 0 ? chance[count - 1] * heard : 0) + (chance[count] * (count < needed ? 1 - heard : 1)));
            if (turn < least)
                continue;
            alarmed += chance[needed];
            chance[needed] = 0;
        }
        return alarmed + chance.Sum();
    }

    // Alarms of different doubts count together as long as they live.
    private static double FiveOfEight(double one) => 56 * Math.Pow(Math.Min(1, Doubts * one), 5);

    private static double AtMost(int probes, double part, double limit)
    {
        var (sum, term) = (0.0, Math.Pow(1 - part, probes));
        for (var heard = 0; heard <= limit * probes; heard++)
        {
            sum += term;
            term *= (probes - heard) / (heard + 1.0) * part / (1 - part);
        }
        return sum;
    }

    private static LossMeter Meter(double loss)
    {
        var meter = new LossMeter(Options);
        var (random, gap) = (new SeededRandom(1), 1u);
        for (var beat = 0; beat < 10_000; beat++, gap++)
        {
            if (random.NextDouble() < loss)
                continue;
            meter.Heard(gap);
            gap = 0;
        }
        return meter;
    }
}

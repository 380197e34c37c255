using Crux.Machines.Flock;
using Crux.Machines.Flock.Detection;

namespace Crux.Machines.Tests.Flock.Detection;

/// <summary>
/// How often, at most, a member that lives is evicted: the formula of <c>docs/protocols/flock.md</c>, with the constants that the code
/// has. A doubt about a member leads to an eviction only if five of eight observers get no answer to any of their probes.
/// </summary>
public sealed class FalseEvictionBound
{
    private const double Bound = 1e-12;

    /// <summary>Doubts about one member a second: no more than beats that could be missed.</summary>
    private const double DoubtsPerSecond = 3;

    private static readonly FlockOptions Options = new();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.2)]
    [InlineData(0.3)]
    public void Loss_that_strikes_each_datagram_by_itself_evicts_nobody(double loss)
    {
        var unanswered = 1 - Math.Pow(1 - loss, 2);
        // As if no loss had been measured: the shortest asking there is.
        Assert.InRange(DoubtsPerSecond * FiveOfEight(Math.Pow(unanswered, Probes(Options.ProbeTime))), 0, Bound);
        Assert.InRange(DoubtsPerSecond * FiveOfEight(Math.Pow(unanswered, Probes(Meter(loss).Patience))), 0, Bound);
    }

    [Fact]
    public void Bursts_in_which_a_node_loses_40_percent_of_any_four_seconds_evict_nobody_where_loss_is_measured()
    {
        // All observers lose together, so what counts is how loss may lie in time. The logarithm of a probe's chance to go unanswered is
        // concave in the loss: with 1.6 s of loss to give away, nothing is worse than to spread it evenly over the asking.
        foreach (var asking in new[] { Options.LossyProbeTime, Options.MaxProbeTime })
        {
            var loss = 0.4 * 4 / asking.TotalSeconds;
            var unanswered = 1 - Math.Pow(1 - loss, 2);
            Assert.InRange(DoubtsPerSecond * FiveOfEight(Math.Pow(unanswered, Probes(asking))), 0, Bound);
        }
        Assert.True(Meter(LossMeter.HighLoss).Patience >= Options.LossyProbeTime);
    }

    [Fact]
    public void An_outage_of_40_percent_of_four_seconds_is_shorter_than_the_shortest_asking()
    {
        var left = Options.ProbeTime - TimeSpan.FromSeconds(0.4 * 4);
        var unanswered = 1 - Math.Pow(1 - LossMeter.LowLoss, 2);
        Assert.InRange(DoubtsPerSecond * FiveOfEight(Math.Pow(unanswered, Probes(left))), 0, Bound);
    }

    [Fact]
    public void A_trial_convicts_no_member_that_gets_its_answers_through_at_40_percent_loss()
    {
        // Wald: the chance that the weight ever reaches the bound is at most e to its negative.
        var convicted = Math.Exp(-Doubt.Guilty);
        // A node that hears well seems not to in one of 3,000 looks at 30 % loss, and looks are three a second.
        Assert.InRange(3 / 3_000.0 * FiveOfEight(convicted), 0, Bound);
    }

    [Fact]
    public void The_weights_of_a_trial_are_what_they_say()
    {
        var (sound, sick) = (0.6 * 0.6, 0.2);
        Assert.Equal(Doubt.LostWeighs, Math.Log((1 - sick) / (1 - sound)), 0.001);
        Assert.Equal(Doubt.AnsweredWeighs, Math.Log(sick / sound), 0.001);
    }

    private static int Probes(TimeSpan asking) => (int)(asking / Options.ProbePeriod);

    private static double FiveOfEight(double one) => 56 * Math.Pow(one, 5);

    private static LossMeter Meter(double loss)
    {
        var meter = new LossMeter(Options);
        var (random, gap) = (new SeededRandom(1), 1u);
        for (var beat = 0; beat < 10_000; beat++, gap++)
        {
            if (random.NextDouble() < loss + 0.02)
                continue;
            meter.Heard(gap);
            gap = 0;
        }
        return meter;
    }
}

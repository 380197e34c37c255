namespace Crux.Machines.Tests.Flock;

public sealed class ChaosStories
{
    /// <summary>Seeds told on every run; CRUX_CHAOS_SEEDS asks for more.</summary>
    private const int Seeds = 12;

    [Fact]
    public void Whatever_happened_a_flock_left_in_peace_is_at_one_again()
    {
        var seeds = int.TryParse(Environment.GetEnvironmentVariable("CRUX_CHAOS_SEEDS"), out var asked) ? asked : Seeds;
        for (var seed = 1UL; seed <= (ulong)seeds; seed++)
            Tell(seed);
    }

    /// <summary>A node followed a leader that had resigned while the two were apart, and was told by nobody.</summary>
    [Fact]
    public void A_claim_given_up_does_not_live_on_where_that_was_not_heard() => Tell(22);

    private static void Tell(ulong seed)
    {
        var random = new SeededRandom(Mix.One(seed));
        var flock = new TestFlock(seed) { Loss = random.Next(3) == 0 ? random.NextDouble() * 0.2 : 0 };
        var hosts = 2 + random.Next(random.Next(4) == 0 ? 40 : 10);
        flock.Start(Enumerable.Range(1, hosts));
        var story = new List<string>();
        for (var scene = 0; scene < 10; scene++)
        {
            flock.Run(random.Next(TimeSpan.FromSeconds(6)));
            var living = flock.Living.ToList();
            var chosen = living[random.Next(living.Count)];
            var what = random.Next(7);
            story.Add($"{flock.Now} {what} {chosen.Self.Name}");
            switch (what)
            {
                case 0 when living.Count > 1:
                    chosen.IsDead = true;
                    break;
                case 1 when living.Count > 1:
                    flock.Leave(chosen);
                    break;
                case 2:
                    chosen.IsDead = true;
                    flock.Start((int)(chosen.Address.V4Bits & 255));
                    break;
                case 3:
                    foreach (var node in living)
                        node.Island = random.Next(2);
                    break;
                case 4:
                    foreach (var node in living)
                        node.Island = 0;
                    break;
                case 5:
                    chosen.IsFrozen = !chosen.IsFrozen;
                    break;
                default:
                    flock.Start(hosts + 1 + scene);
                    break;
            }
        }
        // Members that died beyond a partition are kept for a minute.
        flock.Loss = 0;
        foreach (var node in flock.Living)
            (node.Island, node.IsFrozen) = (0, false);
        var calm = flock.Now;
        Assert.True(flock.RunUntil(flock.IsAtOne, TimeSpan.FromSeconds(90)), $"seed {seed}\n{string.Join('\n', story)}\n{DiscoveryStories.Describe(flock)}");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {flock.Living.Count()} nodes at one after {(flock.Now - calm).TotalSeconds:F1} s");
    }
}

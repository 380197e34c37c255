using System.Diagnostics;
using Crux.System.Tests.Lab;

namespace Crux.System.Tests;

/// <summary>The leader's process stands still, as in a debugger or a machine that is saved and resumed, and goes on as if nothing had been.</summary>
public sealed class StoppedLeaderTests
{
    [Fact]
    public async Task A_leader_that_goes_on_after_its_lease_is_over_is_followed_by_nobody_and_follows_its_successor()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var flock = await LabFlock.StartAsync(3, stopping);
        await Eventually.HoldsAsync(LabFlock.Patience, async () => (await flock.Nodes[0].StatusAsync())?.LeaderFenced == true ? null : "Nobody is elected.", stopping);
        var leader = await flock.LeaderAsync(flock.Nodes[0]);
        var before = (await leader.StatusAsync())!.Token;
        var survivors = flock.Nodes.Where(node => node != leader).ToList();

        leader.Process.Signal(LabSignal.Stop);
        var stopped = Stopwatch.GetTimestamp();
        await flock.WhenWholeAsync(survivors, LabFlock.Patience, stopping);
        await Eventually.HoldsAsync(LabFlock.Patience, async () => (await survivors[0].StatusAsync())?.LeaderFenced == true ? null : "Nobody is elected.", stopping);
        var successor = (await survivors[0].StatusAsync())!;
        Figure.Note($"leader stopped to its successor elected: {Stopwatch.GetElapsedTime(stopped).TotalSeconds:F1} s");
        leader.Process.Signal(LabSignal.Continue);

        var seen = new HashSet<string>();
        await Eventually.HoldsAsync(LabFlock.Patience, async () =>
        {
            foreach (var node in survivors)
                seen.Add((await node.StatusAsync())!.LeaderName);
            // What it answers at all, it answers after it looked at its lease: it never calls itself elected in its former term again.
            if (await leader.StatusAsync() is not { } woken)
                return "It does not answer yet.";
            Assert.False(woken.LeaderFenced && woken.LeaderName == leader.Name && woken.LeaseLeft is { } left && left.ToTimeSpan() > TimeSpan.Zero && woken.Token.Term == before.Term, "It acts under its former lease.");
            return woken.LeaderName == successor.LeaderName && woken.LeaderFenced ? null : $"It follows {woken.LeaderName}.";
        }, stopping);
        await flock.WhenWholeAsync(flock.Nodes, LabFlock.Patience, stopping);
        Assert.DoesNotContain(leader.Name, seen);
        Assert.True(successor.Token.Term > before.Term);
    }
}

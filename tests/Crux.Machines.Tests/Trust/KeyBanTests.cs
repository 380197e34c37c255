using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Trust;

public sealed class KeyBanTests
{
    private static readonly NodeId Thief = new(7, 7);

    [Fact]
    public void A_ban_travels_in_an_order_and_in_the_set_and_says_since_when()
    {
        var before = RuleSet.Empty.With([RuleChange.Add(new(TrustEffect.Allow, new("mill", "web"), new("mill", "galumph2"), []))], out _)!;
        var changes = new[] { Ban("web"), Ban("web", to: "galumph2", isForGood: true) };
        var after = before.With(changes, out var problem)!;

        Assert.Null(problem);
        Assert.Equal([(2u, "", false), (2u, "galumph2", true)], after.Bans.Select(ban => (ban.Since, ban.To, ban.IsForGood)));
        Assert.True(RuleSetCodec.TryRead(after.Bytes.Span, out var read));
        Assert.Equal(after.Bans, read.Bans);
        Assert.Equal(before.Rules, read.Rules);
        Assert.True(RuleOrder.TryRead(RuleOrder.Write(before, after, changes), out var order));
        Assert.True(before.With(order.Changes, out _)!.Hash.SequenceEqual(after.Hash));
        Assert.Contains("revoke keys of web on node", order.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_ban_of_the_same_keys_moves_the_line_and_lifting_leaves_nothing_behind()
    {
        var once = RuleSet.Empty.With([Ban("web")], out _)!;
        var twice = once.With([Ban("web")], out _)!;
        Assert.Equal(2u, Assert.Single(twice.Bans).Since);

        var lifted = twice.With([RuleChange.LiftBan(new(Thief, "web", "", 0, false))], out _)!;
        Assert.Empty(lifted.Bans);
        Assert.Null(lifted.With([RuleChange.LiftBan(new(Thief, "web", "", 0, false))], out var problem));
        Assert.Contains("crux trust rules", problem, StringComparison.Ordinal);
        // As a version reads it that knows of no bans.
        Assert.Equal(1, lifted.Bytes.Span[0]);
    }

    [Fact]
    public void Bytes_that_no_set_would_have_are_refused_and_none_throws()
    {
        var set = RuleSet.Empty.With([Ban("web"), Ban("batch")], out _)!;
        for (var length = 0; length < set.Bytes.Length; length++)
            Assert.False(RuleSetCodec.TryRead(set.Bytes.Span[..length], out _));
        for (var at = 0; at < set.Bytes.Length; at++)
        {
            var damaged = set.Bytes.ToArray();
            damaged[at] ^= 0x55;
            Assert.False(RuleSetCodec.TryRead(damaged, out var other) && other.Hash.SequenceEqual(set.Hash));
        }
    }

    [Fact]
    public void Only_so_many_can_be_taken_back_one_by_one()
    {
        var full = RuleSet.Empty.With([.. Enumerable.Range(0, RuleSet.MaxBans).Select(i => Ban($"web{i}"))], out _)!;

        Assert.Null(full.With([Ban("one-more")], out var problem));
        Assert.Contains("crux trust restore", problem, StringComparison.Ordinal);
        Assert.NotNull(full.With([Ban("web0")], out _));
    }

    private static RuleChange Ban(string service, string to = "", bool isForGood = false) => RuleChange.BanKeys(new(Thief, service, to, 0, isForGood));
}

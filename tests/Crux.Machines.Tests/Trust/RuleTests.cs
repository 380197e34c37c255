using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Trust;

public sealed class RuleTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Compiled_rules_judge_as_the_rules_read_one_by_one_do(ulong seed)
    {
        var maker = new RuleMaker(seed);
        for (var round = 0; round < 200; round++)
        {
            var set = maker.Set(maker.Random.Next(30));
            var (from, to) = (maker.Somebody(), maker.Somebody());
            var api = TrustParty.ApiOf(to.Name);
            var mode = set.ModeOf(to.Group, to.Name, api);
            var rules = set.About(to.Group, to.Name, api).ToList();
            var compiled = new RuleTable(mode, rules).For(from.Group, from.Name);
            Assert.Equal(NaiveRules.Mode(set, to), mode);
            for (var call = 0; call < 10; call++)
            {
                var path = maker.Path();
                var verdict = compiled.Judge(path);
                Assert.Equal(new TrustVerdict(NaiveRules.Judge(BuiltInRules.All.Concat(set.Rules), from, to, path), mode), verdict);
                Assert.Equal(verdict, RuleQuestion.Ask(set, new(from.Group, from.Name), new(to.Group, to.Name), path).Verdict);
            }
        }
    }

    [Fact]
    public void Equal_sets_have_equal_bytes_and_any_other_bytes_are_refused()
    {
        var maker = new RuleMaker(5);
        for (var round = 0; round < 100; round++)
        {
            var set = maker.Set(maker.Random.Next(20));
            Assert.True(RuleSetCodec.TryRead(set.Bytes.Span, out var read));
            Assert.True(read.Hash.SequenceEqual(set.Hash));
            Assert.Equal(set.Rules, read.Rules);
            var bytes = set.Bytes.ToArray();
            bytes[maker.Random.Next(bytes.Length)] ^= (byte)(1 << maker.Random.Next(8));
            // Some damage makes another valid set; none is read as the same one, and none throws.
            if (RuleSetCodec.TryRead(bytes, out var other))
                Assert.False(other.Hash.SequenceEqual(set.Hash));
            Assert.False(RuleSetCodec.TryRead(set.Bytes.Span[..maker.Random.Next(set.Bytes.Length)], out _));
            Assert.False(RuleSetCodec.TryRead([.. set.Bytes.Span, 0], out _));
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void A_set_that_was_changed_in_places_is_the_one_that_is_written_anew(ulong seed)
    {
        var make = new RuleMaker(seed);
        var set = RuleSet.Empty;
        for (var i = 0; i < 300; i++)
        {
            set = set.With([.. Enumerable.Range(0, 1 + make.Random.Next(3)).Select(_ => make.Change(set))], out _) ?? set;
            Assert.Equal(set.Rules.Order(), set.Rules);
            Assert.True(RuleSetCodec.TryRead(set.Bytes.Span, out var again));
            Assert.Equal(set.Rules, again.Rules);
            Assert.True(again.Hash.SequenceEqual(set.Hash));
            var (group, name) = make.Somebody();
            Assert.Equal(BuiltInRules.All.Concat(set.Rules).Where(rule => rule.To.Covers(group, name, TrustParty.ApiOf(name))), set.About(group, name, TrustParty.ApiOf(name)));
        }
    }

    [Fact]
    public void Noise_is_no_rule_set_and_no_order()
    {
        var random = new SeededRandom(6);
        for (var round = 0; round < 20_000; round++)
        {
            var noise = new byte[random.Next(120)];
            random.Fill(noise);
            if (noise.Length > 0)
                noise[0] = 1;
            RuleSetCodec.TryRead(noise, out _);
            RuleOrder.TryRead(noise, out _);
            SignedRules.TryRead(noise, out _);
        }
    }

    [Fact]
    public void A_service_is_strict_from_the_first_rule_that_allows_calls_to_it_by_name()
    {
        var set = Set("allow demo/web demo/galumph2", "deny demo/evil demo/names", "allow demo/monitor */*");

        Assert.Equal(TrustMode.Strict, set.ModeOf("demo", "galumph2_3", "galumph2"));
        Assert.Equal(TrustMode.Learn, set.ModeOf("demo", "names", null));
        Assert.Equal(TrustMode.Learn, set.ModeOf("batch", "galumph2_3", "galumph2"));
    }

    [Fact]
    public void What_was_set_for_an_instance_goes_before_what_was_set_for_all()
    {
        var set = RuleSet.Empty.With(
            [RuleChange.SetMode(new("*", "*"), TrustMode.Strict), RuleChange.SetMode(new("demo", "galumph2"), TrustMode.Warn), RuleChange.SetMode(new("demo", "galumph2_4"), TrustMode.Learn)], out _)!;

        Assert.Equal(TrustMode.Learn, set.ModeOf("demo", "galumph2_4", "galumph2"));
        Assert.Equal(TrustMode.Warn, set.ModeOf("demo", "galumph2_3", "galumph2"));
        Assert.Equal(TrustMode.Strict, set.ModeOf("demo", "web", null));
    }

    [Fact]
    public void Whoever_may_call_everything_may_not_end_the_service()
    {
        var set = Set("allow demo/web demo/galumph2", "allow demo/deploy demo/galumph2 crux.v1.Lifecycle/Quit");

        Assert.Equal(TrustGround.NoRule, Ask(set, "web", "/crux.v1.Lifecycle/Quit").Ground);
        Assert.Equal(TrustGround.Allowed, Ask(set, "deploy", "/crux.v1.Lifecycle/Quit").Ground);
        Assert.Equal(TrustGround.Allowed, Ask(set, "web", "/galumph.Galumph/Greet").Ground);
    }

    [Fact]
    public void Rules_about_the_services_of_crux_are_not_the_operators()
    {
        Assert.Null(RuleSet.Empty.With([RuleChange.Add(new(TrustEffect.Deny, new("*", "*"), new("*", BuiltInRules.Steward), []))], out var problem));
        Assert.Contains("Crux's own", problem, StringComparison.Ordinal);
        Assert.Equal(TrustGround.NoRule, RuleQuestion.Ask(RuleSet.Empty, new("demo", "web"), new("demo", BuiltInRules.Steward), "/crux.v1.Steward/Attend").Verdict.Ground);
        Assert.Equal(TrustGround.Allowed, RuleQuestion.Ask(RuleSet.Empty, new("demo", BuiltInRules.Reeve), new("demo", BuiltInRules.Steward), "/crux.v1.Steward/Attend").Verdict.Ground);
    }

    [Theory]
    [InlineData("Greet", true)]
    [InlineData("galumph.Galumph/Greet", true)]
    [InlineData("galumph.Galumph/*", true)]
    [InlineData("/galumph.Galumph/Greet", false)]
    [InlineData("galumph.Galumph/Greet/More", false)]
    [InlineData("Gre et", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void A_method_is_named_as_grpc_names_it(string method, bool isRight) => Assert.Equal(isRight, TrustRule.IsMethod(method));

    internal static RuleSet Set(params string[] rules) => RuleSet.Empty.With([.. rules.Select(rule => RuleChange.Add(Rule(rule)))], out _)!;

    internal static TrustRule Rule(string text)
    {
        var words = text.Split(' ');
        Assert.True(TrustParty.TryParse(words[1], "demo", out var from, out _));
        Assert.True(TrustParty.TryParse(words[2], "demo", out var to, out _));
        return new(words[0] == "allow" ? TrustEffect.Allow : TrustEffect.Deny, from, to, words[3..]);
    }

    private static TrustVerdict Ask(RuleSet set, string caller, string path) => RuleQuestion.Ask(set, new("demo", caller), new("demo", "galumph2_3"), path).Verdict;
}

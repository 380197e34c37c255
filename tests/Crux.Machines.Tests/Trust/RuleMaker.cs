using Crux.Machines.Trust;

namespace Crux.Machines.Tests.Trust;

/// <summary>Makes rules, callers and calls out of few names, so that they meet often.</summary>
internal sealed class RuleMaker(ulong seed)
{
    private static readonly string[] Groups = ["demo", "batch", "*"];
    private static readonly string[] Names = ["galumph2", "galumph2_3", "galumph2_4", "web", "web_1", "names", "*"];
    private static readonly string[] Methods =
        ["Greet", "Stop", "galumph.Galumph/Greet", "galumph.Galumph/*", "other.Thing/Greet", "crux.v1.Lifecycle/Quit", "crux.v1.Lifecycle/*", "Quit"];

    private static readonly string[] Paths =
        ["/galumph.Galumph/Greet", "/galumph.Galumph/Stop", "/other.Thing/Greet", "/other.Thing/Stop", "/crux.v1.Lifecycle/Quit", "/grpc.health.v1.Health/Check", "/odd", ""];

    public SeededRandom Random { get; } = new(seed);

    public TrustParty Party() => new(Any(Groups), Any(Names));

    public (string Group, string Name) Somebody() => (Any(Groups[..^1]), Any(Names[..^1]));

    public string Path() => Any(Paths);

    public TrustRule Rule() => new(
        Random.Next(3) == 0 ? TrustEffect.Deny : TrustEffect.Allow, Party(), Party(), Enumerable.Range(0, Random.Next(3)).Select(_ => Any(Methods)));

    public RuleChange Change(RuleSet before) => Random.Next(4) switch
    {
        0 when before.Rules.Length > 0 => RuleChange.Drop(before.Rules[Random.Next(before.Rules.Length)]),
        1 => RuleChange.SetMode(Party(), (TrustMode)(1 + Random.Next(3))),
        _ => RuleChange.Add(Rule()),
    };

    public RuleSet Set(int changes)
    {
        var set = RuleSet.Empty;
        for (var i = 0; i < changes; i++)
            set = set.With([Change(set)], out _) ?? set;
        return set;
    }

    private string Any(string[] from) => from[Random.Next(from.Length)];
}

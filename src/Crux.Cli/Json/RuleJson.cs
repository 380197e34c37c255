namespace Crux.Cli.Json;

/// <summary>One rule.</summary>
internal sealed record RuleJson(string Id, string Effect, string From, string To, IReadOnlyList<string> Methods, bool BuiltIn)
{
    public static RuleJson Of(TrustRule rule, bool builtIn = false) =>
        new(RuleSheet.IdOf(rule), rule.Effect == TrustEffect.Allow ? "allow" : "deny", rule.From.ToString(), rule.To.ToString(), rule.Methods, builtIn);
}

using Crux.Machines.Trust;

namespace Crux.Testing;

/// <summary>Reads a change of the rules as <c>crux trust</c> takes it.</summary>
internal static class RuleWords
{
    private const string InWords = "write 'allow FROM TO [METHOD ...]', 'deny FROM TO [METHOD ...]', 'drop allow FROM TO [METHOD ...]' or 'mode learn|warn|strict|unset [TO]'";

    /// <summary>The change that a line says.</summary>
    /// <param name="group">What names without <c>GROUP/</c> are in.</param>
    /// <exception cref="ArgumentException">It says none; the message says what would.</exception>
    public static RuleChange Read(string line, string group)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["drop", .. var rule] => RuleChange.Drop(Rule(line, rule, group)),
            ["mode", var mode] => RuleChange.SetMode(new TrustParty(TrustParty.Any, TrustParty.Any), Mode(line, mode)),
            ["mode", var mode, var to] => RuleChange.SetMode(Party(to, group), Mode(line, mode)),
            var rule => RuleChange.Add(Rule(line, rule, group)),
        };
    }

    private static TrustRule Rule(string line, string[] words, string group) => words switch
    {
        ["allow", var from, var to, .. var methods] => new(TrustEffect.Allow, Party(from, group), Party(to, group), Methods(methods)),
        ["deny", var from, var to, .. var methods] => new(TrustEffect.Deny, Party(from, group), Party(to, group), Methods(methods)),
        _ => throw new ArgumentException($"'{line}' is no rule: {InWords}."),
    };

    private static string[] Methods(string[] methods) => Array.Find(methods, method => !TrustRule.IsMethod(method)) is { } wrong
        ? throw new ArgumentException($"'{wrong}' is no method: write 'Greet', 'galumph.Galumph/Greet' or 'galumph.Galumph/*'.")
        : methods;

    private static TrustParty Party(string text, string group) => TrustParty.TryParse(text, group, out var party, out var problem) ? party : throw new ArgumentException(problem);

    private static TrustMode Mode(string line, string mode) => mode switch
    {
        "learn" => TrustMode.Learn,
        "warn" => TrustMode.Warn,
        "strict" => TrustMode.Strict,
        "unset" => TrustMode.None,
        _ => throw new ArgumentException($"'{line}' is no rule: {InWords}."),
    };
}

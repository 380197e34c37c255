namespace Crux.Cli.Json;

/// <summary><c>crux node set --json</c> and <c>crux node unset --json</c>: all attributes of this node, after the change.</summary>
internal sealed record AttributesJson(IReadOnlyDictionary<string, string> Attributes);

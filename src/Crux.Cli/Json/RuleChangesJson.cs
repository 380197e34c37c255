namespace Crux.Cli.Json;

/// <summary>A change of the rules that was given.</summary>
internal sealed record RuleChangesJson(ulong Sequence, uint Revision, IReadOnlyList<string> Changes);

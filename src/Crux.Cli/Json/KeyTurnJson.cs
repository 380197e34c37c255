namespace Crux.Cli.Json;

/// <summary>What <c>crux trust rotate --json</c> says.</summary>
/// <param name="Service">Whose keys are replaced; empty for all of the node.</param>
/// <param name="Generation">What the new ones have.</param>
/// <param name="Oldest">Older ones count no more.</param>
/// <param name="Known">Whether a process of the node asked for keys under the name since the node started.</param>
internal sealed record KeyTurnJson(string Service, ulong Generation, ulong Oldest, bool Known);

namespace Crux.Cli.Json;

/// <summary>An order that was given.</summary>
internal sealed record OrderJson(string Order, ulong Sequence, IReadOnlyList<string> Nodes);

namespace Crux.Cli.Json;

/// <summary>Answer of <c>crux operator add</c> and <c>remove</c>.</summary>
internal sealed record OperatorChangeJson(ulong Sequence, string Name, string? Role, string? KeyFile, int Upheld);

namespace Crux.Cli.Json;

/// <summary>Answer of <c>crux operator list</c>.</summary>
internal sealed record OperatorsJson(string RootKey, IReadOnlyList<OperatorJson> Operators);

namespace Crux.Cli.Json;

/// <summary>What any command writes with <c>--json</c> where it can't answer.</summary>
internal sealed record ErrorAnswerJson(ErrorJson Error);

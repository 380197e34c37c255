namespace Crux.Cli.Json;

/// <summary><c>crux leader --json</c>.</summary>
internal sealed record LeaderAnswerJson(LeaderJson? Leader, string Address, bool Self, TokenJson Token, string Steward);

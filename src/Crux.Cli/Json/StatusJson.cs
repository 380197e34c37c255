namespace Crux.Cli.Json;

/// <summary><c>crux status --json</c>.</summary>
internal sealed record StatusJson(
    NodeJson Node, string Version, double UptimeSeconds, ViewJson Members, LeaderJson? Leader, TokenJson Token, string Steward,
    ServiceCountJson Services, bool Booted, TrafficJson Traffic, string? SealedAs, IReadOnlyList<UnreadJson> Unread, IReadOnlyList<string> Warnings,
    KeyAgeJson Keys, bool Outside);

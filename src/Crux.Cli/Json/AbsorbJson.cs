namespace Crux.Cli.Json;

/// <summary><c>crux flock absorb --json</c>: what is lost, or would be.</summary>
internal sealed record AbsorbJson(bool Ordered, string From, string Into, bool IsNear, uint Members, uint Services, uint Orders);

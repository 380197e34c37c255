namespace Crux.Cli.Json;

/// <summary><c>crux services --json</c>.</summary>
internal sealed record ServicesJson(IReadOnlyList<ServiceJson> Services, string Steward, string Note, ulong Revision);

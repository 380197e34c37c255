namespace Crux.Cli.Json;

/// <summary><c>crux node new-identity --json</c>: where the key went.</summary>
internal sealed record NewIdentityJson(string Aside);

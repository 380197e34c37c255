namespace Crux.Cli.Json;

/// <summary>A node that is shut out: revoked, or else denied.</summary>
internal sealed record ShutOutJson(string Id, string Name, string Address, ulong Order, bool Revoked);

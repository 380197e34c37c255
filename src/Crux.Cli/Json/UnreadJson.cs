namespace Crux.Cli.Json;

/// <summary>From where datagrams came that could not be used.</summary>
internal sealed record UnreadJson(string Address, ulong Count, string Why, double AgoSeconds);

namespace Crux.Cli.Json;

/// <summary>Calls of one kind that no rule allowed.</summary>
internal sealed record CallJson(string From, string To, string Path, bool Denied, bool Passed, ulong Count, string FirstAt, string LastAt);

namespace Crux.Cli.Json;

/// <summary>One thing that the doctor found.</summary>
internal sealed record FindingJson(string Code, bool Trouble, string What, string Remedy);

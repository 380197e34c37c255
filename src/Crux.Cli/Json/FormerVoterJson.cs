namespace Crux.Cli.Json;

/// <summary>One who voted before a refounding.</summary>
internal sealed record FormerVoterJson(string Name, string NodeId, string Address, string Presence);

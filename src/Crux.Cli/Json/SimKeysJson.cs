namespace Crux.Cli.Json;

/// <summary>How the flock's keys turned in a run, and what was tried against them.</summary>
internal sealed record SimKeysJson(long Rotations, int Ordered, uint Generation, int MembersLost, long FramesSealed, long NoncesRepeated, long Replays, long ReplaysAccepted);

namespace Crux.Cli.Json;

/// <summary><c>crux members --json</c>.</summary>
internal sealed record MembersJson(IReadOnlyList<MemberJson> Members, bool Settled, ulong Revision, uint Unnamed);

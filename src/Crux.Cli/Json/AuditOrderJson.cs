namespace Crux.Cli.Json;

/// <summary>An order of the operator that the node has taken.</summary>
internal sealed record AuditOrderJson(string TakenAt, ulong Sequence, string Id, string Kind, string What, string SignedBy, bool Verified, IReadOnlyList<OrderedNodeJson> Nodes);

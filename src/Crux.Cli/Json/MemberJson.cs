namespace Crux.Cli.Json;

/// <summary>One node of the view.</summary>
internal sealed record MemberJson(
    string Id, string Name, string Address, uint Incarnation, string Status, bool Leader, bool Self, string Rack, double InViewSeconds,
    IReadOnlyDictionary<string, string> Attributes);

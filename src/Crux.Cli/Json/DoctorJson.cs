namespace Crux.Cli.Json;

/// <summary><c>crux doctor --json</c>.</summary>
internal sealed record DoctorJson(IReadOnlyList<FindingJson> Findings, string Udp, string Tcp);

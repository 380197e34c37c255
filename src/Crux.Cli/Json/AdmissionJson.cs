namespace Crux.Cli.Json;

/// <summary><c>crux node list --json</c>. Admission: "open" or "approve".</summary>
internal sealed record AdmissionJson(string Admission, IReadOnlyList<PendingJson> Pending, IReadOnlyList<ShutOutJson> ShutOut);

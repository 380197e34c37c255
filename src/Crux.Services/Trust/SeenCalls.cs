namespace Crux.Services.Trust;

/// <summary>Calls of one kind that no rule allowed.</summary>
/// <param name="Caller">Who called.</param>
/// <param name="Target">Who was called.</param>
/// <param name="Path">With which method, as gRPC sends it.</param>
/// <param name="Denied">A rule denies them; otherwise none speaks of them.</param>
/// <param name="Passed">They were let through all the same.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstUnixMs">When the first came, by this node's wall clock.</param>
/// <param name="LastUnixMs">When the last was reported.</param>
public sealed record SeenCalls(TrustParty Caller, TrustParty Target, string Path, bool Denied, bool Passed, ulong Count, long FirstUnixMs, long LastUnixMs);

namespace Crux.Machines.Flock;

/// <summary>What a machine's view comes to, at the price of reading a few fields: for whoever looks at ten thousand machines again and again.</summary>
/// <param name="View">Equal views have equal hashes; unreachable members count with their status.</param>
/// <param name="Size">Members in the view, unreachable ones too, whether their blobs came or not.</param>
/// <param name="Reachable">Those of them that are reachable.</param>
/// <param name="IsSettled">As <see cref="GroupSnapshot.IsSettled"/>.</param>
/// <param name="Leader">Whom it follows; null while it follows nobody.</param>
/// <param name="Term">The term of that leader's claim.</param>
public readonly record struct FlockDigest(ulong View, int Size, int Reachable, bool IsSettled, NodeId? Leader, ulong Term);

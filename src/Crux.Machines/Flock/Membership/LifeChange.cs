namespace Crux.Machines.Flock.Membership;

/// <summary>What changed of one address in one view, as soon as it does. For checkers: what others are told comes later, and summed up.</summary>
/// <param name="Address">The address.</param>
/// <param name="Incarnation">Which life is held now.</param>
/// <param name="Salt">Stands for the boot of the node that lives or lived it.</param>
/// <param name="IsLive">Whether it lives, reachable or not.</param>
/// <param name="IsEvicted">Whether it was evicted.</param>
/// <param name="LivedBefore">The incarnation that lived there until now; null where none did.</param>
/// <param name="SaltBefore">The boot that was held there until now; 0 where none was.</param>
public readonly record struct LifeChange(NetAddress Address, uint Incarnation, ulong Salt, bool IsLive, bool IsEvicted, uint? LivedBefore, ulong SaltBefore);

namespace Crux.Machines.Flock.Keys;

/// <summary>A live member, as a rotation counts it.</summary>
/// <param name="Salt">Its boot.</param>
/// <param name="Address">Where.</param>
internal readonly record struct KeyMember(ulong Salt, NetAddress Address);

namespace Crux.Machines.Flock.Membership;

/// <summary>A <see cref="MemberRecord"/> without its address, as the view keeps it: 16 bytes.</summary>
internal readonly record struct Life(ulong Salt, uint Incarnation, RecordStatus Status);

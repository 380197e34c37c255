namespace Crux.Machines.Flock.Membership;

/// <summary>What a record says of its slot. At one incarnation the greater status wins.</summary>
internal enum RecordStatus : byte
{
    Alive = 0,
    Unreachable = 1,
    Left = 2,
    Evicted = 3,
}

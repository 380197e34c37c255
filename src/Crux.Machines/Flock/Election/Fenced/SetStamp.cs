namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>Orders the voter sets of a lineage: a later leader's after an earlier one's, a later change after an earlier one.</summary>
internal readonly record struct SetStamp(ulong Term, uint Version) : IComparable<SetStamp>
{
    public int CompareTo(SetStamp other) => Term != other.Term ? Term.CompareTo(other.Term) : Version.CompareTo(other.Version);
}

using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>Orders the voter sets of a lineage: those that an operator began anew after all before, a later leader's after an earlier one's, a later change after an earlier one.</summary>
/// <param name="Era">The number of the operator's order that began them anew; 0 where none did.</param>
/// <param name="Term">In which it was made.</param>
/// <param name="Version">Which change.</param>
internal readonly record struct SetStamp(ulong Era, ulong Term, uint Version) : IComparable<SetStamp>
{
    public const int SizeBytes = 8 + 8 + 4;

    public static SetStamp Read(ref WireReader reader) => new(reader.UInt64(), reader.UInt64(), reader.UInt32());

    public void Write(ref WireWriter writer)
    {
        writer.UInt64(Era);
        writer.UInt64(Term);
        writer.UInt32(Version);
    }

    public int CompareTo(SetStamp other) =>
        Era != other.Era ? Era.CompareTo(other.Era) : Term != other.Term ? Term.CompareTo(other.Term) : Version.CompareTo(other.Version);
}

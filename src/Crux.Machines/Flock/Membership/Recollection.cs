namespace Crux.Machines.Flock.Membership;

/// <summary>What the members of a flock that grew long ago know of each other: made once, and taken in by each of ten thousand.</summary>
public sealed class Recollection
{
    /// <summary>Of these members, as they live now.</summary>
    public Recollection(IEnumerable<FlockMachine> members)
    {
        // In the order of their addresses: so blocks are filled one after the other, and from the front.
        var inOrder = members.Select(member => member.State).OrderBy(state => state.Self.Address).ToList();
        Records = [.. inOrder.Select(state => state.Me.Record)];
        Blobs = [.. inOrder.Select(state => state.Blob)];
    }

    internal MemberRecord[] Records { get; }

    internal NodeBlob[] Blobs { get; }
}

namespace Crux.Machines.Flock.Membership;

/// <summary>Two boots of one node id, by its own signatures, and which of them stays where both live at the same time.</summary>
internal sealed class ClonePair
{
    /// <summary>Puts two blobs of one node in order.</summary>
    public ClonePair(NodeBlob one, NodeBlob other) => (Kept, Aside) = IsOlder(one, other) ? (one, other) : (other, one);

    /// <summary>Who stays: the one that was started earlier.</summary>
    public NodeBlob Kept { get; }

    /// <summary>Who is put aside.</summary>
    public NodeBlob Aside { get; }

    public NodeId Id => Kept.Id;

    public bool IsSame(ClonePair other) => Kept.Salt == other.Kept.Salt && Aside.Salt == other.Aside.Salt;

    // A copied disk counts on from where it was copied. Equal numbers: an image that was made before the first start; all that
    // matters then is that everybody chooses alike.
    private static bool IsOlder(NodeBlob one, NodeBlob other) =>
        one.Boot != other.Boot ? one.Boot < other.Boot : one.Salt < other.Salt;
}

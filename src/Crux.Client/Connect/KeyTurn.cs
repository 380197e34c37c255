namespace Crux.Client.Connect;

/// <summary>Which keys of a name count on this node.</summary>
/// <param name="Generation">What they are to be.</param>
/// <param name="Oldest">Older ones count nowhere any more.</param>
internal readonly record struct KeyTurn(ulong Generation, ulong Oldest)
{
    /// <summary>Whether the keys before are worthless already, so that nothing may be put off.</summary>
    public bool IsUrgent => Generation > 0 && Oldest == Generation;
}

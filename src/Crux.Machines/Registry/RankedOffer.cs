namespace Crux.Machines.Registry;

/// <summary>One candidate with its place in the order.</summary>
/// <param name="Entry">The candidate.</param>
/// <param name="Tier">0 is best; -1: not offered.</param>
/// <param name="Proximity">Where it stands for the asking node.</param>
/// <param name="Rack">Its node's rack; empty where nobody said.</param>
/// <param name="Reason">Why it stands here or was left out, in words.</param>
public sealed record RankedOffer(ServiceEntry Entry, int Tier, Proximity Proximity, string Rack, string Reason)
{
    /// <summary>The tier of what is not offered.</summary>
    public const int NotOffered = -1;

    /// <summary>Whether a client would be told the same; under whose lead the entry was taken in is left aside.</summary>
    public bool SaysTheSameAs(RankedOffer other) =>
        Tier == other.Tier && Proximity == other.Proximity && Rack == other.Rack && Reason == other.Reason && Entry.SaysTheSameAs(other.Entry);
}

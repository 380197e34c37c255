namespace Crux.Machines.Registry;

/// <summary>What a reeve answers for a selector. Immutable; a change makes a new one.</summary>
/// <param name="Selector">What was asked for.</param>
/// <param name="Ranked">Every candidate.</param>
/// <param name="Revision">Of the registry on this node.</param>
/// <param name="Steward">How the steward stands.</param>
/// <param name="IsComplete">Whether a steward has answered in full since the selector is followed.</param>
/// <param name="Note">For people, where there is something to say.</param>
public sealed record ReeveAnswer(Selector Selector, RankedOffers Ranked, ulong Revision, StewardPhase Steward, bool IsComplete, string Note)
{
    internal bool SaysTheSameAs(ReeveAnswer other) =>
        Steward == other.Steward && IsComplete == other.IsComplete && Note == other.Note && Ranked.SaysTheSameAs(other.Ranked);
}

using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Every candidate for a selector: what is offered, best first, and what was left out.</summary>
public sealed record RankedOffers(ImmutableArray<RankedOffer> Offered, ImmutableArray<RankedOffer> LeftOut)
{
    /// <summary>No candidates.</summary>
    public static RankedOffers None { get; } = new([], []);

    /// <summary>Whether a client would be told the same.</summary>
    public bool OffersTheSameAs(RankedOffers other) => AreTheSame(Offered, other.Offered);

    /// <summary>Whether somebody who asks why would be told the same.</summary>
    public bool SaysTheSameAs(RankedOffers other) => OffersTheSameAs(other) && AreTheSame(LeftOut, other.LeftOut);

    private static bool AreTheSame(ImmutableArray<RankedOffer> a, ImmutableArray<RankedOffer> b) =>
        a.Length == b.Length && a.Zip(b).All(pair => pair.First.SaysTheSameAs(pair.Second));
}

using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>Every candidate for a selector: what is offered, best first, and what was left out.</summary>
public sealed record RankedOffers(ImmutableArray<RankedOffer> Offered, ImmutableArray<RankedOffer> LeftOut)
{
    /// <summary>No candidates.</summary>
    public static RankedOffers None { get; } = new([], []);

    /// <summary>Whether a client would be told the same.</summary>
    public bool OffersTheSameAs(RankedOffers other) => Offered.AsSpan().SequenceEqual(other.Offered.AsSpan());

    /// <summary>Whether somebody who asks why would be told the same.</summary>
    public bool SaysTheSameAs(RankedOffers other) => OffersTheSameAs(other) && LeftOut.AsSpan().SequenceEqual(other.LeftOut.AsSpan());
}

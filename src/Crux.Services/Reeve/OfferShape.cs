using System.Diagnostics.CodeAnalysis;
using Crux.Machines.Registry;
using Crux.Protos;

namespace Crux.Services.Reeve;

/// <summary>Selectors and answers between their message form and the machine's own.</summary>
internal static class OfferShape
{
    public static FindReply ToProto(ReeveAnswer answer, bool explain)
    {
        var reply = new FindReply { Revision = answer.Revision, Steward = EntryShape.ToProto(answer.Steward), Note = answer.Note };
        reply.Offers.AddRange(answer.Ranked.Offered.Select(ToProto));
        if (explain)
            reply.Offers.AddRange(answer.Ranked.LeftOut.Select(ToProto));
        return reply;
    }

    public static bool TryRead(Protos.Selector? message, [NotNullWhen(true)] out Crux.Selector? selector, [NotNullWhen(false)] out string? problem)
    {
        selector = null;
        if (message is null || message.Api.Length == 0)
        {
            problem = "Name an api, such as 'galumph2', and a version where one instance is wanted.";
            return false;
        }
        return Crux.Selector.TryCreate(message.Group, message.Api, message.Version, out selector, out problem);
    }

    private static Offer ToProto(RankedOffer offer) => new()
    {
        Entry = EntryShape.ToProto(offer.Entry),
        Tier = offer.Tier,
        Proximity = (Protos.Proximity)offer.Proximity,
        Reason = offer.Reason,
        Rack = offer.Rack,
    };
}

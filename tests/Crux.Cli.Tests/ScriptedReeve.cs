using Crux.Protos;
using Grpc.Core;

namespace Crux.Cli.Tests;

/// <summary>Answers look-ups as the test says. What a real reeve answers is tested where reeve is.</summary>
internal sealed class ScriptedReeve : Reeve.ReeveBase
{
    public FindReply Reply { get; } = new()
    {
        Revision = 77,
        Steward = StewardState.Ready,
        Offers =
        {
            new Offer { Entry = StaticNode.Entry("galumph2_10", 2, 41002), Tier = 0, Proximity = Proximity.SameRack, Rack = "r1", Reason = "newest version, same rack" },
            new Offer { Entry = StaticNode.Entry("galumph2_3", 10, 41001), Tier = 1, Proximity = Proximity.Elsewhere, Reason = "older version" },
        },
    };

    public Offer LeftOut { get; } = new()
    {
        Entry = StaticNode.Entry("galumph2_3", 2, 41000, Protos.Status.Unhealthy, "names: the table is empty"),
        Tier = -1,
        Proximity = Proximity.SameRack,
        Rack = "r1",
        Reason = "unhealthy: names: the table is empty",
    };

    public FindRequest? Asked { get; private set; }

    public override Task<FindReply> Find(FindRequest request, ServerCallContext context)
    {
        Asked = request;
        var reply = Reply.Clone();
        if (request.Explain)
            reply.Offers.Add(LeftOut);
        return Task.FromResult(reply);
    }
}

using Crux.Machines.Flock.Keys;
using Crux.Protos;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Crux.Services.Operator;

/// <summary>The flock's keys as <c>crux</c> is told of them.</summary>
internal static class KeyShape
{
    public static GetKeysReply Of(KeyReport held, GroupChronicle chronicle)
    {
        var reply = new GetKeysReply
        {
            Generation = held.Generation,
            Epoch = (ulong)held.Epoch,
            Age = Duration.FromTimeSpan(held.Age),
            Next = held.Next,
            Holding = (uint)held.Holding,
            Needed = (uint)held.Needed,
            NeedsApproval = held.NeedsApproval,
            Refused = held.Refused ?? "",
        };
        chronicle.NoteAskers(held.Pending);
        reply.Missing.Add(held.Missing.Select(address => address.ToString()));
        reply.Pending.Add(held.Pending.Select(node => new Protos.PendingNode
        {
            NodeId = ByteString.CopyFrom(node.Id.ToArray()),
            Name = node.Name,
            Address = node.Address.ToString(),
            WaitsFor = Duration.FromTimeSpan(node.AskedAt - node.Since),
        }));
        reply.ShutOut.Add(held.ShutOut.Select(node =>
        {
            var was = chronicle.LastHeardOf(node.Id);
            return new Protos.ShutOutNode
            {
                NodeId = ByteString.CopyFrom(node.Id.ToArray()),
                Name = was?.Name ?? "",
                Address = was?.Address.ToString() ?? "",
                Order = node.Sequence,
                Revoked = node.IsRevoked,
            };
        }));
        return reply;
    }
}

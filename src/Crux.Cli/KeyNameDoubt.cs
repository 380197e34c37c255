using Crux.Cli.Text;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Cli;

/// <summary>
/// What was said of a service's keys is done whether or not anybody has such keys: one letter wrong looks like success, and the stolen key goes on. So the nodes are asked.
/// </summary>
internal static class KeyNameDoubt
{
    /// <summary>Warns of each node where nobody asked for keys under the name, or that does not say.</summary>
    /// <returns>Whether it is unknown to one that said so.</returns>
    public static async Task<bool> WarnAsync(CommandRun run, NodeConnection node, string service, IReadOnlyList<ByteString> ids, CancellationToken cancellationToken)
    {
        var names = (await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken))).Members.ToDictionary(it => it.NodeId, it => it.Name);
        string NameOf(ByteString id) => names.TryGetValue(id, out var name) ? name : Words.Hex(id);
        var isUnknown = false;
        foreach (var answer in await AskAsync(node, service, ids, cancellationToken))
        {
            if (answer.State == KeyNameState.Unknown)
            {
                isUnknown = true;
                var meant = Typos.Closest(service, answer.Names) is { } close ? $" Did you mean '{close}'?" : answer.Names.Count > 0 ? $" They asked as {string.Join(", ", answer.Names.Take(MaxShown))}{(answer.Names.Count > MaxShown ? ", ..." : "")}." : "";
                run.Warn($"No process of {NameOf(answer.NodeId)} has asked for keys as '{service}' since its fulcrum started.{meant} If that was a slip, the keys that you meant still count.");
            }
            else if (answer.State != KeyNameState.Known)
            {
                run.Warn($"{NameOf(answer.NodeId)} does not say whether a process there has keys as '{service}': see that the name is right, with 'crux services' or 'crux trust log'.");
            }
        }
        return isUnknown;
    }

    private const int MaxShown = 8;

    private static async Task<IEnumerable<KeyNamesOfNode>> AskAsync(NodeConnection node, string service, IReadOnlyList<ByteString> ids, CancellationToken cancellationToken)
    {
        try
        {
            return (await node.KeyNames.FindAsync(new FindKeyNamesRequest { Service = service, NodeIds = { ids } }, node.Within(cancellationToken))).Nodes;
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.Unimplemented or StatusCode.DeadlineExceeded or StatusCode.Unavailable)
        {
            // What was ordered is ordered; that nobody can say more now is no failure of it.
            return ids.Select(id => new KeyNamesOfNode { NodeId = id, State = KeyNameState.Unanswered });
        }
    }
}

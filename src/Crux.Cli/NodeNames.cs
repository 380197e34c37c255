using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli;

/// <summary>Which node an operator means: by name, address or id.</summary>
internal static class NodeNames
{
    public const string InWords = "a name, an address or an id, as 'crux members' and 'crux node list' show them";

    /// <summary>The ids behind the words: of members, of nodes that wait, and of those that are shut out.</summary>
    /// <exception cref="Failure">A word fits no node, or several.</exception>
    public static async Task<IReadOnlyList<NodeId>> FindAsync(NodeConnection node, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        if (words.Count == 0)
            return [];
        if (words.Count > OrderNodes.MaxNodes)
            throw new Failure(ExitCode.Usage, $"One order names at most {OrderNodes.MaxNodes} nodes: give it in several.");
        var members = await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken));
        var keys = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        var known = members.Members.Select(it => (it.NodeId, it.Name, it.Address)).Concat(keys.Pending.Select(it => (it.NodeId, it.Name, it.Address)))
            .Concat(keys.ShutOut.Select(it => (it.NodeId, it.Name, it.Address))).ToList();
        return [.. words.Select(word =>
        {
            // An id is taken as it is: the node may be of those that nobody here has seen for long.
            if (NodeId.TryParse(word, out var id))
                return id;
            var fitting = known.Where(it => it.Name == word || it.Address == word || it.Address.StartsWith(word + ":", StringComparison.Ordinal)).Select(it => it.NodeId).Distinct().ToList();
            return fitting switch
            {
                [var one] => NodeId.Read(one.Span),
                [] => throw new Failure(ExitCode.Refused, $"Nobody here is called '{word}': give {InWords}."),
                _ => throw new Failure(ExitCode.Refused, $"'{word}' fits {fitting.Count} nodes: give an id, {string.Join(" or ", fitting.Select(Words.Hex))}."),
            };
        })];
    }
}

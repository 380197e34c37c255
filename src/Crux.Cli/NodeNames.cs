using Crux.Cli.Text;
using Crux.Machines.Flock.Authority;
using Crux.Protos;
using Google.Protobuf;

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
        var known = await AllAsync(node, cancellationToken);
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

    /// <summary>The names that the node which is asked knows: of members, of nodes that wait, and of those that are shut out.</summary>
    public static async Task<Dictionary<NodeId, string>> KnownAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var names = new Dictionary<NodeId, string>();
        foreach (var (id, name, _) in await AllAsync(node, cancellationToken))
        {
            if (name.Length > 0)
                names.TryAdd(NodeId.Read(id.Span), name);
        }
        return names;
    }

    private static async Task<List<(ByteString NodeId, string Name, string Address)>> AllAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var members = await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken));
        var keys = await node.Operator.GetKeysAsync(new GetKeysRequest(), node.Within(cancellationToken));
        return [.. members.Members.Select(it => (it.NodeId, it.Name, it.Address)).Concat(keys.Pending.Select(it => (it.NodeId, it.Name, it.Address)))
            .Concat(keys.ShutOut.Select(it => (it.NodeId, it.Name, it.Address)))];
    }
}

using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Json;

/// <summary>The node that answered.</summary>
internal sealed record NodeJson(string Id, string Name, string Address, string Rack, string FlockId, string Group)
{
    public static NodeJson Of(NodeInfo node) => new(Words.Hex(node.NodeId), node.Name, node.Address, node.Rack, node.FlockId, node.Group);
}

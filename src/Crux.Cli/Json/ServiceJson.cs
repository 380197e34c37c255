using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Json;

/// <summary>One entry of the registry.</summary>
internal sealed record ServiceJson(
    string InstanceId, string Group, string Api, string Instance, string NetId, string Address, string NodeId, uint Incarnation, string KeyHash,
    string Status, string StatusReason, string IssuedAt, double ValidForSeconds, SortedDictionary<string, string> Labels, string Artifact, TokenJson Token)
{
    public static ServiceJson Of(Entry entry) => new(
        entry.InstanceId, entry.Group, entry.Api, entry.Instance, entry.NetId, entry.Address, Words.Hex(entry.NodeId), entry.Incarnation,
        Words.Hex(entry.KeyHash), Words.Of(entry.Status), entry.StatusReason, Words.At(entry.IssuedUnixMs), entry.ValidFor?.ToTimeSpan().TotalSeconds ?? 0,
        new SortedDictionary<string, string>(entry.Labels, StringComparer.Ordinal), entry.Artifact, TokenJson.Of(entry.Token));
}

using System.Collections.Frozen;
using Crux.Protos;

namespace Crux.Client.Connect;

/// <summary>The keys that an operator took back, as the node tells them. Immutable.</summary>
internal sealed class KeyBans
{
    /// <summary>The most that are looked at; a flock has fewer.</summary>
    public const int MaxBans = 4_096;

    private readonly FrozenDictionary<(NodeId Node, string Service), KeyBan[]> _bans;

    private KeyBans(FrozenDictionary<(NodeId Node, string Service), KeyBan[]> bans) => _bans = bans;

    public static KeyBans None { get; } = new(FrozenDictionary<(NodeId, string), KeyBan[]>.Empty);

    public static KeyBans Of(IEnumerable<KeyBan> told) => new(
        told.Where(ban => ban.NodeId.Length == NodeId.SizeBytes).Take(MaxBans)
            .GroupBy(ban => (NodeId.Read(ban.NodeId.Span), ban.Service)).ToFrozenDictionary(bans => bans.Key, bans => bans.ToArray()));

    /// <summary>Whether a key to call with is void at an endpoint.</summary>
    /// <param name="caller">What its node said of it.</param>
    /// <param name="served">The instances that the endpoint serves.</param>
    public bool Void(PeerStatement caller, IReadOnlyList<string> served) =>
        _bans.TryGetValue((caller.Node, caller.Service), out var bans)
        && bans.Any(ban => IsVoid(ban, caller) && (ban.To.Length == 0 || served.Any(name => name == ban.To || TrustParty.ApiOf(name) == ban.To)));

    /// <summary>Whether a key to serve with is void.</summary>
    public bool Void(PeerStatement server) => server.Also.Prepend(server.Service).Any(
        name => _bans.TryGetValue((server.Node, name), out var bans) && bans.Any(ban => ban.To.Length == 0 && IsVoid(ban, server)));

    private static bool IsVoid(KeyBan ban, PeerStatement statement) => ban.ForGood || statement.Acknowledged < ban.Since;
}

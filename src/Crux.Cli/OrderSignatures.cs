using System.Security.Cryptography;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Flock.Keys;
using Crux.Protos;

namespace Crux.Cli;

/// <summary>Who signed which order, and whether that one might: checked here, and not taken from the node.</summary>
internal sealed class OrderSignatures : IDisposable
{
    private readonly P256NodeSigner _signer = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly ReadOnlyMemory<byte> _rootKey;
    private readonly List<OperatorRoster> _rosters;
    private readonly HashSet<UInt128> _upheld = [];

    public OrderSignatures(GetAuthorityReply authority) => (_rootKey, _rosters) = (authority.OperatorKey.Memory, [OperatorOrders.RosterOf(authority)]);

    /// <summary>Takes from a record who was an operator when, as the root key signed it.</summary>
    public void Learn(IEnumerable<OperatorOrder> orders)
    {
        foreach (var order in orders)
        {
            if (order.Kind is not (OrderKind.Operators or OrderKind.Uphold) || !order.IsSignedBy(_rootKey.Span, _signer))
                continue;
            if (order.Kind == OrderKind.Operators && OperatorRoster.TryRead(order.Payload.Span, out var roster))
                _rosters.Add(roster);
            if (order.Kind == OrderKind.Uphold)
                _upheld.UnionWith(UpheldOrders.Read(order.Payload.Span));
        }
    }

    /// <summary>"root", the name of an operator, or the beginning of a key that nobody here knows.</summary>
    public string NameOf(OperatorOrder order) => order.SignerKey.IsEmpty ? "root"
        : EntryOf(order, OperatorRole.None)?.Name ?? $"key {OperatorRoster.KeyOf(order.SignerKey.Span).ToString("x32", null)[..8]}";

    /// <summary>Whether the signature holds, and its holder might give the order at some time, or was upheld.</summary>
    public bool IsRight(OperatorOrder order) => order.IsSignedUnder(_rootKey.Span, _signer)
        && (order.SignerKey.IsEmpty || _upheld.Contains(order.Digest) || EntryOf(order, OperatorRoster.RoleFor(order.Kind)) is not null);

    public void Dispose() => _signer.Dispose();

    // The last one first: a name may have gone from one key to another.
    private OperatorEntry? EntryOf(OperatorOrder order, OperatorRole atLeast)
    {
        var key = OperatorRoster.KeyOf(order.SignerKey.Span);
        for (var i = _rosters.Count - 1; i >= 0; i--)
        {
            if (_rosters[i].Find(key) is { } entry && entry.Role >= atLeast)
                return entry;
        }
        return null;
    }
}

using System.Security.Cryptography;
using System.Text;
using Crux.Machines.Flock.Authority;
using Crux.Machines.Trust;
using Crux.Protos;
using Google.Protobuf;

namespace Crux.Cli;

/// <summary>The rules as the local node has them.</summary>
internal sealed class RuleSheet
{
    private RuleSheet(GetRulesReply reply, SignedRules? source) => (Reply, Source) = (reply, source);

    public GetRulesReply Reply { get; }

    /// <summary>With the operator's order; null where no operator said anything.</summary>
    public SignedRules? Source { get; }

    public RuleSet Set => Source?.Rules ?? RuleSet.Empty;

    /// <summary>The flock's own group.</summary>
    public string Group => Reply.Group;

    public static async Task<RuleSheet> ReadAsync(NodeConnection node, CancellationToken cancellationToken)
    {
        var reply = await node.Rules.GetRulesAsync(new GetRulesRequest(), node.Within(cancellationToken));
        if (reply.SignedRules.IsEmpty)
            return new(reply, null);
        return SignedRules.TryRead(reply.SignedRules.Span, out var source)
            ? new(reply, source)
            : throw new Failure(ExitCode.Refused, "The node's rules are of another version than crux. Compare 'crux --version' with 'fulcrum --version'.");
    }

    /// <summary>Names a rule for 'crux trust drop': eight hexadecimal digits of its hash.</summary>
    public static string IdOf(TrustRule rule) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rule.ToString())).AsSpan(0, 4));

    /// <summary>What was written as NAME or GROUP/NAME.</summary>
    /// <exception cref="Failure">It names nobody.</exception>
    public TrustParty Party(string text) => TrustParty.TryParse(text, Group, out var party, out var problem) ? party : throw new Failure(ExitCode.Usage, problem);

    /// <summary>Signs the changes and gives them to the flock.</summary>
    /// <exception cref="Failure">They can't be made, or the key is not the operator's; the message says what to do.</exception>
    public async Task<(OperatorOrder Order, RuleSet After)> ChangeAsync(NodeConnection node, string keyPath, IReadOnlyList<RuleChange> changes, CancellationToken cancellationToken)
    {
        var after = Set.With(changes, out var problem) ?? throw new Failure(ExitCode.Refused, problem!);
        var order = await OperatorOrders.SignAsync(node, keyPath, OrderKind.Rules, RuleOrder.Write(Set, after, changes), cancellationToken);
        await node.Rules.PlaceRulesAsync(
            new PlaceRulesRequest { Order = ByteString.CopyFrom(order.Raw.Span), Rules = ByteString.CopyFrom(after.Bytes.Span) }, node.Within(cancellationToken));
        return (order, after);
    }
}

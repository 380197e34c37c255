using Crux.Machines.Flock.Authority;
using Crux.Machines.Trust;
using Crux.Node.Security;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Crux.Node.Tests.Groups;

/// <summary>An operator at a node's socket: reads the rules, signs what changes them, and hands it in.</summary>
internal sealed class Lawmaker(OperatorKey key, GrpcChannel channel)
{
    private readonly Operator.OperatorClient _operator = new(channel);
    private readonly RuleDesk.RuleDeskClient _desk = new(channel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static RuleChange Allow(string from, string to) => RuleChange.Add(new(TrustEffect.Allow, new("mill", from), new("mill", to), []));

    public async Task<GetRulesReply> ReadAsync() => await _desk.GetRulesAsync(new GetRulesRequest(), cancellationToken: Cancel);

    public async Task<RuleSet> RulesAsync() =>
        (await ReadAsync()).SignedRules is { IsEmpty: false } bytes && SignedRules.TryRead(bytes.Span, out var rules) ? rules.Rules : RuleSet.Empty;

    public async Task<string[]> AuditAsync() => [.. (await _desk.GetAuditAsync(new GetAuditRequest(), cancellationToken: Cancel)).Entries
        .Select(entry => OperatorOrder.TryRead(entry.Order.Span, out var order) ? order.Kind.ToString() : "?")];

    public async Task SealAsync()
    {
        var order = await SignAsync(OrderKind.Seal, new SealTerms(1, IsSolo: false).ToPayload(), key);
        await _operator.PlaceOrderAsync(new PlaceOrderRequest { Order = ByteString.CopyFrom(order.Raw.Span) }, cancellationToken: Cancel);
        await Eventually.True(async () => !(await _operator.GetSealingAsync(new GetSealingRequest(), cancellationToken: Cancel)).Uuid.IsEmpty, "the flock to be sealed");
    }

    public async Task OrderAsync(OrderKind kind, byte[] payload)
    {
        var order = await SignAsync(kind, payload, key);
        await _operator.PlaceOrderAsync(new PlaceOrderRequest { Order = ByteString.CopyFrom(order.Raw.Span) }, cancellationToken: Cancel);
    }

    public Task EmployAsync(params (string Name, OperatorRole Role, OperatorKey Key)[] operators)
    {
        var roster = OperatorRoster.Empty;
        foreach (var (name, role, own) in operators)
            roster = roster.With(new(name, OperatorRoster.KeyOf(own.PublicKey), role), out _)!;
        return OrderAsync(OrderKind.Operators, roster.ToPayload());
    }

    public async Task ChangeAsync(IReadOnlyList<RuleChange> changes, OperatorKey? signer = null, RuleSet? from = null)
    {
        var before = from ?? await RulesAsync();
        var after = before.With(changes, out var problem) ?? throw new ArgumentException(problem);
        var order = await SignAsync(OrderKind.Rules, RuleOrder.Write(before, after, changes), signer ?? key);
        await _desk.PlaceRulesAsync(new PlaceRulesRequest { Order = ByteString.CopyFrom(order.Raw.Span), Rules = ByteString.CopyFrom(after.Bytes.Span) }, cancellationToken: Cancel);
    }

    private async Task<OperatorOrder> SignAsync(OrderKind kind, byte[] payload, OperatorKey signer) =>
        signer.Sign(kind, await _operator.GetAuthorityAsync(new GetAuthorityRequest(), cancellationToken: Cancel), payload);
}

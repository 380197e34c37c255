using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Services.Trust;

/// <summary>What <c>crux trust</c> asks of its node.</summary>
internal sealed class RuleDeskService(RuleBoard board, CallLog log, AuditTrail audit, IGroupView view, TrustDriver? driver = null) : RuleDesk.RuleDeskBase
{
    public override Task<GetRulesReply> GetRules(GetRulesRequest request, ServerCallContext context)
    {
        var rules = board.Current;
        var reply = new GetRulesReply
        {
            SignedRules = rules.Source is { } signed ? UnsafeByteOperations.UnsafeWrap(signed.ToBytes()) : ByteString.Empty,
            Group = view.Current.Group,
            Missing = rules.IsMissing,
            NotKept = rules.NotKept ?? "",
        };
        reply.Expected.AddRange(log.Expected.Select(it => new ServedTarget { Group = it.Key.Group, Instance = it.Key.Name, Expects = { it.Value } }));
        return Task.FromResult(reply);
    }

    public override async Task<PlaceRulesReply> PlaceRules(PlaceRulesRequest request, ServerCallContext context)
    {
        if (driver is null)
            throw RpcFault.WrongPlace("Nobody takes rules here.");
        return await driver.PlaceAsync(request.Order.Memory, request.Rules.Memory, context.CancellationToken) is { } problem
            ? throw RpcFault.WrongPlace(problem)
            : new PlaceRulesReply();
    }

    public override Task<GetCallsReply> GetCalls(GetCallsRequest request, ServerCallContext context) =>
        Task.FromResult(new GetCallsReply { Calls = { log.Seen.Select(RuleShape.ToProto) } });

    public override Task<GetAuditReply> GetAudit(GetAuditRequest request, ServerCallContext context)
    {
        var reply = new GetAuditReply { Problem = audit.Problem ?? "" };
        reply.Entries.AddRange(audit.Taken.Select(taken => new AuditEntry { TakenUnixMs = taken.UnixMs, Order = UnsafeByteOperations.UnsafeWrap(taken.Order.Raw) }));
        return Task.FromResult(reply);
    }
}

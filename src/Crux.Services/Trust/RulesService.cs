using Crux.Protos;
using Crux.Services.Operator;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Trust;

/// <summary>Tells local processes who may call them, and hears from them who did.</summary>
internal sealed class RulesService(RuleBoard board, CallLog log, IGroupView view, OperatorEvents events, IHostApplicationLifetime lifetime) : Protos.Rules.RulesBase
{
    /// <summary>Kinds of calls in one report; a process sends more in its next.</summary>
    public const int MaxReported = 1_024;

    public override async Task Watch(WatchRulesRequest request, IServerStreamWriter<WatchRulesReply> responseStream, ServerCallContext context)
    {
        if (request.Targets.Count is 0 or > RuleShape.MaxTargets)
            throw RpcFault.Invalid($"Name the services that you serve: from 1 to {RuleShape.MaxTargets}.");
        var targets = new List<(string Group, InstanceName Instance)>();
        foreach (var target in request.Targets)
        {
            if (!RuleShape.TryRead(target, view.Current.Group, out var instance, out var group, out var problem))
                throw RpcFault.Invalid(problem);
            targets.Add((group, instance));
            if (target.Expects.Count > 0)
                log.Expect(new(group, instance.ToString()), [.. target.Expects]);
        }
        using var life = new StreamLife(context, lifetime);
        var told = default(WatchRulesReply);
        try
        {
            await foreach (var rules in board.WatchAsync(life.Token))
            {
                if (rules.IsBlind)
                    continue;
                var reply = new WatchRulesReply { Group = view.Current.Group };
                reply.Targets.AddRange(targets.Select(target => RuleShape.ToProto(rules.Set, target.Group, target.Instance)));
                // A change elsewhere is no news here, and its number alone is not worth a message.
                if (told is not null && told.Targets.Equals(reply.Targets))
                    continue;
                reply.Revision = rules.Set.Revision;
                told = reply;
                await responseStream.WriteAsync(reply, life.Token);
            }
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
        }
        life.ThrowIfNodeStops();
    }

    public override Task<ReportCallsReply> Report(ReportCallsRequest request, ServerCallContext context)
    {
        if (request.Calls.Count > MaxReported)
            throw RpcFault.Exhausted($"A report has at most {MaxReported} kinds of calls.");
        foreach (var call in request.Calls)
        {
            if (!RuleShape.TryRead(call, out var caller, out var target))
                throw RpcFault.Invalid("A call needs a caller, a target and a path.");
            var isNew = log.Add(caller, target, call.Path, call.Denied, call.Passed, call.Count);
            if (isNew && !call.Passed)
                events.Publish("alarm", $"{caller} may not call {target} with {call.Path}: {(call.Denied ? "a rule denies it" : "no rule allows it")}. See 'crux trust why {caller} {target} {call.Path.TrimStart('/')}'.");
        }
        return Task.FromResult(new ReportCallsReply());
    }
}

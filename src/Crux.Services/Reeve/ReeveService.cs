using Crux.Protos;
using Crux.Services.Health;
using Crux.Services.Trust;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Reeve;

/// <summary>The local face of the node.</summary>
internal sealed class ReeveService(
    ReeveDriver driver, HeartbeaterDriver heartbeater, StatementSigner signer, KeyGenerations generations, RuleBoard rules, SelectorShares shares, ILocalNames names, IGroupView view,
    TimeProvider time, IHostApplicationLifetime lifetime)
    : Protos.Reeve.ReeveBase
{
    public override Task<EnrollReply> Enroll(EnrollRequest request, ServerCallContext context)
    {
        var self = heartbeater.Self;
        if (!StatementRules.TryAcknowledge(rules.Current.Set, self.Id, request.Also.Prepend(request.Service), out var acknowledged, out var banned))
            throw RpcFault.Denied($"An operator has revoked the keys of {banned} on this node for good. See 'crux trust rules'; 'crux trust restore' undoes it.");
        if (!StatementRules.TryRead(request, self, generations.Current.Of(request.Service), acknowledged, time.GetUtcNow(), out var statement, out var problem))
            throw RpcFault.Invalid(problem);
        foreach (var name in request.Also.Prepend(request.Service))
        {
            if (names.FindProblem(context, name) is { } foreign)
                throw RpcFault.Denied(foreign);
        }
        var reply = new EnrollReply { Statement = signer.Sign(statement), Node = EntryShape.ToProto(self) };
        foreach (var name in request.Also.Prepend(request.Service))
            generations.SignedFor.Note(name);
        driver.Reporter.Enrolled(request.Service);
        return Task.FromResult(reply);
    }

    public override async Task<FindReply> Find(FindRequest request, ServerCallContext context)
    {
        if (!OfferShape.TryRead(request.Selector, out var selector, out var problem))
            throw RpcFault.Invalid(problem);
        Share(selector, context);
        try
        {
            var offering = await driver.FindOfferingAsync(selector, context.CancellationToken);
            return request.Explain ? OfferShape.ToProto(offering.Answer, explain: true) : offering.Reply;
        }
        catch (InvalidOperationException exception)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<FindReply> responseStream, ServerCallContext context)
    {
        if (!OfferShape.TryRead(request.Selector, out var selector, out var problem))
            throw RpcFault.Invalid(problem);
        Share(selector, context);
        using var life = new StreamLife(context, lifetime);
        try
        {
            await foreach (var reply in driver.WatchAsync(selector, life.Token))
                await responseStream.WriteAsync(reply, life.Token);
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
        }
        catch (InvalidOperationException exception) when (!life.IsOver)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
        life.ThrowIfNodeStops();
    }

    public override async Task WatchNodes(WatchNodesRequest request, IServerStreamWriter<WatchNodesReply> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        var told = default(WatchNodesReply);
        try
        {
            await foreach (var _ in EitherChange.WatchAsync(view.WatchAsync, rules.WatchAsync, life.Token))
            {
                var snapshot = view.Current;
                // Statements count while their node is in the view, reachable or not; what else moves there is no news here.
                var reply = new WatchNodesReply();
                reply.NodeIds.AddRange(snapshot.Members.Select(member => EntryShape.ToProto(member.Id)));
                reply.Bans.AddRange(rules.Current.Set.Bans.Select(RuleShape.ToProto));
                reply.ShutOutIds.AddRange(snapshot.ShutOut.Select(EntryShape.ToProto));
                if (told is not null && told.Equals(reply))
                    continue;
                told = reply.Clone();
                // Not compared: what else moves in the view is no news here.
                reply.Revision = snapshot.Revision;
                await responseStream.WriteAsync(reply, life.Token);
            }
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
        }
        life.ThrowIfNodeStops();
    }

    public override async Task WatchKeys(WatchKeysRequest request, IServerStreamWriter<WatchKeysReply> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        try
        {
            await foreach (var book in generations.WatchAsync(life.Token))
            {
                var reply = new WatchKeysReply { Generations = { KeyTurnsService.ToProto("", book.Others) } };
                reply.Generations.AddRange(book.Named.Select(pair => KeyTurnsService.ToProto(pair.Key, pair.Value)));
                await responseStream.WriteAsync(reply, life.Token);
            }
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
        }
        life.ThrowIfNodeStops();
    }

    private void Share(Crux.Selector selector, ServerCallContext context)
    {
        if (context.GetHttpContext().Features.Get<LocalUser>() is { Id: var user } && !shares.TryTake(user, selector))
            throw RpcFault.Exhausted($"{SelectorShares.MaxPerUser} selectors are followed for the processes of user {user}, and that is the most of one user: ask again in a minute.");
    }
}

using Crux.Protos;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Health;

/// <summary>The availability history, for the other nodes of the flock.</summary>
internal sealed class HealthminderService(HealthminderDriver driver, IGroupView view, IPeerIdentity identity, IHostApplicationLifetime lifetime) : Healthminder.HealthminderBase
{
    public override async Task Follow(FollowHealthRequest request, IServerStreamWriter<HealthUpdate> responseStream, ServerCallContext context)
    {
        Admit(context);
        using var life = new StreamLife(context, lifetime);
        try
        {
            var (book, edition, records) = await driver.FollowAsync(request.Edition, request.Sequence, life.Token) ?? throw RpcFault.WrongPlace("This node does not lead.");
            if (book is null)
                await responseStream.WriteAsync(new HealthUpdate { Unchanged = new HealthUnchanged { Edition = edition } }, life.Token);
            else
                await WriteAsync(book, responseStream, life.Token);
            await foreach (var record in records.ReadAllAsync(life.Token))
                await responseStream.WriteAsync(HealthBookShape.ToProto(record), life.Token);
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
        }
        catch (FellBehindException exception)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
        life.ThrowIfNodeStops();
    }

    public override async Task Fetch(FetchHealthRequest request, IServerStreamWriter<HealthUpdate> responseStream, ServerCallContext context)
    {
        Admit(context);
        if (await driver.FetchAsync(request.BeforeUnixMs, context.CancellationToken) is { } book)
            await WriteAsync(book, responseStream, context.CancellationToken);
    }

    public override async Task Show(ShowHealthRequest request, IServerStreamWriter<ShowHealthReply> responseStream, ServerCallContext context)
    {
        Admit(context);
        var snapshot = view.Current;
        if (!HealthQuestionShape.TryRead(request, snapshot.Group, driver.NowUnixMs, out var question, out var problem))
            throw RpcFault.Invalid(problem);
        var (lines, since, leads) = await driver.ReportAsync(question, context.CancellationToken);
        if (!leads)
            throw RpcFault.WrongPlace("This node does not lead.");
        foreach (var part in HealthQuestionShape.ToParts(question, lines, since, snapshot.Find(snapshot.Self)?.Name ?? snapshot.Self.Brief, driver.NotKept ?? ""))
            await responseStream.WriteAsync(part, context.CancellationToken);
    }

    private static async Task WriteAsync(Machines.Health.HealthBook book, IServerStreamWriter<HealthUpdate> stream, CancellationToken cancellationToken)
    {
        foreach (var part in HealthBookShape.ToParts(book))
            await stream.WriteAsync(part, cancellationToken);
    }

    private void Admit(ServerCallContext context)
    {
        if (!identity.TryRead(context, out var caller, out var problem))
            throw RpcFault.Denied(problem);
        if (view.Current.Find(caller) is null)
            throw RpcFault.Denied($"Node {caller.Brief} is not in this node's view: it may call once it is.");
    }
}

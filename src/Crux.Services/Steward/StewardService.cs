using Crux.Machines.Registry;
using Crux.Protos;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Steward;

/// <summary>The registry of the group, for the reeves of its nodes.</summary>
internal sealed class StewardService(StewardDriver driver, IGroupView view, IPeerIdentity identity, IHostApplicationLifetime lifetime)
    : Protos.Steward.StewardBase
{
    public override async Task Attend(
        IAsyncStreamReader<Protos.ReeveReport> requestStream, IServerStreamWriter<Protos.StewardPush> responseStream, ServerCallContext context)
    {
        var caller = Caller(context);
        using var life = new StreamLife(context, lifetime);
        var stream = await driver.OpenAsync(caller, life.Token) ?? throw NotHere(caller);
        var reading = ReadAsync(requestStream, stream);
        try
        {
            await foreach (var push in stream.Pushes.ReadAllAsync(stream.Life))
            {
                // It may have waited here for longer than the lease ran.
                if (!driver.MayWrite)
                {
                    stream.End(new StreamEnd(stream.Id, "This node's lease has run out.", IsFault: false));
                    break;
                }
                await responseStream.WriteAsync(push.Message, stream.Life);
            }
        }
        catch (Exception) when (stream.Life.IsCancellationRequested)
        {
            // Ended by the reeve, by the steward or by the node's stop; which of them is looked at below.
        }
        finally
        {
            stream.End(new StreamEnd(stream.Id, "The reeve can't be told any more.", IsFault: false));
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await driver.CloseAsync(stream);
        }
        life.ThrowIfNodeStops();
        if (stream.Ended is { } end)
            throw end.IsFault ? RpcFault.Exhausted(end.Why) : RpcFault.WrongPlace(end.Why);
    }

    public override async Task List(ListRequest request, IServerStreamWriter<ListReply> responseStream, ServerCallContext context)
    {
        var caller = Caller(context);
        using var activity = StewardReporter.Activities.StartActivity("crux.steward.list");
        var (entries, standing, revision) = await driver.ListAsync(context.CancellationToken) ?? throw NotHere(caller);
        foreach (var (part, _) in EntryParts.Split(entries))
        {
            var reply = new ListReply { Standing = StewardShape.ToProto(standing), Revision = revision };
            reply.Entries.AddRange(part.Select(EntryShape.ToProto));
            await responseStream.WriteAsync(reply, context.CancellationToken);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Protos.ReeveReport> reports, AttendStream stream)
    {
        try
        {
            while (await reports.MoveNext(stream.Life))
            {
                var isKnown = StewardShape.TryRead(reports.Current, out var report, out var unreadable);
                if (unreadable > 0)
                    driver.Reporter.BadEntries(stream.Node, unreadable);
                if (isKnown)
                    await driver.ReceiveAsync(stream, report!);
            }
        }
        finally
        {
            // A reeve that says nothing more is gone; what still waits for it is of no use.
            stream.End(new StreamEnd(stream.Id, "The reeve has ended its stream.", IsFault: false));
        }
    }

    private NodeId Caller(ServerCallContext context)
    {
        if (!identity.TryRead(context, out var caller, out var problem))
            throw RpcFault.Denied(problem);
        return view.Current.Find(caller) is null
            ? throw RpcFault.Denied($"Node {caller.Brief} is not in this node's view: it may call once it is.")
            : caller;
    }

    private RpcException NotHere(NodeId caller)
    {
        var snapshot = view.Current;
        if (snapshot.Leader is not { } id)
            return RpcFault.WrongPlace("This node does not lead, and knows of no leader.");
        if (id == snapshot.Self)
            return RpcFault.NotYet($"This node's steward does not take the reeve of {caller.Brief} yet: try again.");
        var leader = snapshot.Find(id);
        return RpcFault.WrongPlace($"This node does not lead: {leader?.Name ?? id.Brief} at {leader?.Address.ToString() ?? "an unknown address"} does.");
    }
}

using Crux.Protos;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Health;

/// <summary>The local sink of heartbeats.</summary>
internal sealed class HeartbeaterService(HeartbeaterDriver driver, ILocalNames names, IHostApplicationLifetime lifetime) : Heartbeater.HeartbeaterBase
{
    public override async Task Beat(IAsyncStreamReader<BeatRequest> requestStream, IServerStreamWriter<BeatReply> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        var process = driver.OpenProcess();
        try
        {
            while (await life.MoveNextAsync(requestStream))
            {
                var request = requestStream.Current;
                if (request.Goodbye)
                    await driver.GoodbyeAsync(process, life.Token);
                var foreign = request.Points.Select(point => names.FindProblem(context, point.Instance)?.TrimEnd('.')).ToList();
                var points = request.Points.Where((_, index) => foreign[index] is null).Select(HealthShape.Read).ToList();
                var refused = request.Goodbye ? [] : await driver.BeatAsync(process, points, life.Token);
                await responseStream.WriteAsync(new BeatReply { Node = EntryShape.ToProto(driver.Self), Refused = { refused, foreign.OfType<string>().Distinct() } }, life.Token);
            }
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
            life.ThrowIfNodeStops();
        }
        finally
        {
            // After a goodbye nothing is left to close. Not the call's token: it has ended, and this must still be heard.
            await driver.CloseAsync(process, CancellationToken.None);
        }
    }

    public override async Task Verdicts(VerdictsRequest request, IServerStreamWriter<Protos.Verdict> responseStream, ServerCallContext context)
    {
        using var life = new StreamLife(context, lifetime);
        try
        {
            var subscription = await driver.SubscribeAsync(life.Token);
            foreach (var entry in subscription.Entries)
                await responseStream.WriteAsync(HealthShape.Opening(entry, subscription.Sequence), life.Token);
            await responseStream.WriteAsync(new Protos.Verdict { Sequence = subscription.Sequence, Kind = Protos.VerdictKind.SnapshotEnd }, life.Token);
            await foreach (var verdict in subscription.Following.ReadAllAsync(life.Token))
                await responseStream.WriteAsync(HealthShape.ToProto(verdict), life.Token);
            life.ThrowIfNodeStops();
        }
        catch (OperationCanceledException) when (life.IsOver)
        {
            life.ThrowIfNodeStops();
        }
        catch (FellBehindException exception)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            throw RpcFault.Exhausted(exception.Message);
        }
    }
}

using Crux.Protos;
using Grpc.Core;

namespace Crux.Client.Tests.Scripted;

/// <summary>Takes every beat as it comes.</summary>
public sealed class ScriptedHeartbeater(ScriptedRegistry registry) : Heartbeater.HeartbeaterBase
{
    public override async Task Beat(IAsyncStreamReader<BeatRequest> requestStream, IServerStreamWriter<BeatReply> responseStream, ServerCallContext context)
    {
        await foreach (var beat in requestStream.ReadAllAsync(context.CancellationToken))
        {
            registry.Take(beat);
            await responseStream.WriteAsync(new BeatReply { Node = registry.Info }, context.CancellationToken);
        }
    }
}

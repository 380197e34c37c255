using Crux.Machines.Registry;
using Grpc.Core;

namespace Crux.Services.Tests.Reeve;

/// <summary>Says what the test wrote down to whoever attends, in that order, and then nothing more.</summary>
internal sealed class ScriptedSteward(IReadOnlyList<StewardPush> words) : Protos.Steward.StewardBase
{
    public override async Task Attend(
        IAsyncStreamReader<Protos.ReeveReport> requestStream, IServerStreamWriter<Protos.StewardPush> responseStream, ServerCallContext context)
    {
        foreach (var word in words)
            await responseStream.WriteAsync(StewardShape.ToProto(word), context.CancellationToken);
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            // Its reports are of no interest here.
        }
    }
}

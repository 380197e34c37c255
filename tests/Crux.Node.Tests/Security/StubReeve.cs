using Crux.Protos;
using Grpc.Core;

namespace Crux.Node.Tests.Security;

/// <summary>Answers at once, or keeps a stream until its caller leaves.</summary>
internal sealed class StubReeve : Reeve.ReeveBase
{
    public override Task<FindReply> Find(FindRequest request, ServerCallContext context) => Task.FromResult(new FindReply());

    public override async Task WatchKeys(WatchKeysRequest request, IServerStreamWriter<WatchKeysReply> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new WatchKeysReply());
        await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

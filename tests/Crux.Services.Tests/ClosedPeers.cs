using Grpc.Core;

namespace Crux.Services.Tests;

/// <summary>Connections that are closed as soon as somebody wants them: the node has just left the view.</summary>
internal sealed class ClosedPeers : IPeers
{
    public CallInvoker Connect(Member member) => throw new ObjectDisposedException(nameof(ClosedPeers));
}

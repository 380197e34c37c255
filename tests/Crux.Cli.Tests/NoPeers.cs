using Crux.Services;
using Grpc.Core;

namespace Crux.Cli.Tests;

/// <summary>A node that reaches nobody.</summary>
internal sealed class NoPeers : IPeers
{
    public CallInvoker Connect(Member member) => throw new RpcException(new Status(StatusCode.Unavailable, "There is no network in this test."));
}

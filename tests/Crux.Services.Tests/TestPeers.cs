using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Crux.Services.Tests;

/// <summary>The way from one node of a test's flock to the others, over their Unix sockets.</summary>
internal sealed class TestPeers(NodeId self, Func<NodeId, string> socketOf) : IPeers, IDisposable
{
    private readonly ConcurrentDictionary<NodeId, GrpcChannel> _channels = new();

    public CallInvoker Connect(Member member) =>
        _channels.GetOrAdd(member.Id, id => TestHost.Connect(socketOf(id))).CreateCallInvoker().Intercept(headers =>
        {
            headers.Add(HeaderIdentity.Header, self.ToString());
            return headers;
        });

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
    }
}

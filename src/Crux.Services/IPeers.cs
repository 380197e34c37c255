using Grpc.Core;

namespace Crux.Services;

/// <summary>The way to other nodes' services: TLS, with the very node pinned that is meant.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IPeers
{
    /// <summary>
    /// A call invoker to the peer services of <paramref name="member"/>. Nothing connects before the first call; a call to a node
    /// that is away fails with UNAVAILABLE, one to a node that is not the one meant with INTERNAL.
    /// </summary>
    CallInvoker Connect(Member member);

    /// <summary>
    /// Has the keys of the members at these hosts fetched where they are not known, or of all members. They show in the group's view when
    /// they have come; whoever still misses one asks again.
    /// </summary>
    void Seek(IReadOnlyList<NetAddress> hosts, bool everybody)
    {
        // A group whose members all know each other has nothing to fetch.
    }
}

using Crux.Client.Attempts;
using Grpc.Core;

namespace Crux.Client;

/// <summary>Failures that a service of the flock tells its callers by.</summary>
public static class CruxFault
{
    /// <summary>
    /// To throw where a call is refused before anything of it was done: "overloaded", "not the leader". The client then places the call
    /// again, elsewhere if it can, whatever its method is.
    /// </summary>
    /// <param name="code">What the caller is told if every attempt ends so.</param>
    /// <param name="detail">A sentence for people.</param>
    /// <remarks>
    /// It counts for the one hop that it is thrown on. A service that hears it from another one and lets it escape has begun its own
    /// call, so the mark is taken off on the way out.
    /// </remarks>
    public static RpcException NotProcessed(StatusCode code, string detail) => new NotProcessedException(new Status(code, detail));
}

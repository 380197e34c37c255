namespace Crux;

/// <summary>
/// What a service that runs its own points sees of the network: its own address, a way to serve, and a way to connect by
/// selector. Nothing of the flock's socket.
/// </summary>
public interface IServiceNetwork
{
    /// <summary>The node's address with port 0: where this service listens.</summary>
    NetAddress Address { get; }

    /// <summary>
    /// Starts a gRPC server for <typeparamref name="TService"/> on this node's address and a free port, with the process's own identity.
    /// </summary>
    /// <returns>A serving point whose address goes into the heartbeats; disposing it drains and closes.</returns>
    Task<IServicePoint> ServeAsync<TService>(TService service, CancellationToken cancellationToken) where TService : class;

    /// <summary>A call invoker for the best instance that fits <paramref name="selector"/>; generated clients take it as it is.</summary>
    /// <exception cref="FormatException">The selector can't be parsed.</exception>
    Grpc.Core.CallInvoker Connect(string selector);
}

namespace Crux;

/// <summary>A server that a service started on its own.</summary>
public interface IServicePoint : IAsyncDisposable
{
    /// <summary>Where it listens, with the port that it was given.</summary>
    NetAddress Address { get; }
}

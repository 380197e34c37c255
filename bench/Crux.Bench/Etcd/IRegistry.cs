namespace Crux.Bench.Etcd;

/// <summary>One client of a registry, with a connection of its own, as one process has it.</summary>
internal interface IRegistry : IDisposable
{
    /// <summary>Registers a service, and returns what renews it until it is cancelled.</summary>
    Task<Task> RegisterAsync(string api, string id, int port, CancellationToken cancellationToken);

    /// <summary>The ids of an api's services.</summary>
    Task<IReadOnlyList<string>> FindAsync(string api, CancellationToken cancellationToken);

    /// <summary>Follows some apis: tells all ids of each at once, and again after every change.</summary>
    Task FollowAsync(IReadOnlyList<string> apis, Action<string, IReadOnlyCollection<string>> told, CancellationToken cancellationToken);
}

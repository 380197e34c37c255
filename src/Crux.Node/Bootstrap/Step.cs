namespace Crux.Node.Bootstrap;

/// <summary>One step of a node's start-up.</summary>
internal sealed record Step
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The steps whose condition holds before this one starts. One that is not in the list at all is absent, and is not waited for:
    /// every service starts without every other.
    /// </summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Brings it up. Does not wait for anything outside this node.</summary>
    public required Func<CancellationToken, Task> Start { get; init; }

    /// <summary>How it stands once it has started, now and after each change, until cancelled. Null where started means done.</summary>
    public Func<CancellationToken, IAsyncEnumerable<Standing>>? Follow { get; init; }
}

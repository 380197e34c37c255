using Microsoft.Extensions.Hosting;

namespace Crux.Node;

/// <summary>Leaves signals to the process: what runs inside it stops when its owner says so, in the owner's order.</summary>
public sealed class NoSignals : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

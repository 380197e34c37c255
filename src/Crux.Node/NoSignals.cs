using Microsoft.Extensions.Hosting;

namespace Crux.Node;

/// <summary>Leaves signals to the process: a node's hosts stop when the node does, in its order.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

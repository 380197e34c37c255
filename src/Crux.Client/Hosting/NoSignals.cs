using Microsoft.Extensions.Hosting;

namespace Crux.Client.Hosting;

/// <summary>Leaves signals to the application: a server inside it stops when its owner says so.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

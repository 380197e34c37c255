using Microsoft.Extensions.Hosting;

namespace Crux.Testing;

/// <summary>An application in a test ends when the test says so: Ctrl-C is the runner's.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Crux.Client.Connect;

namespace Crux.Client.Hosting;

/// <summary>A share in the process's link to its reeve, for as long as a service provider lives.</summary>
internal sealed class ProcessLease(CruxProcess process) : IAsyncDisposable, IDisposable
{
    private int _isDisposed;

    public CruxProcess Process { get; } = process;

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? Process.DisposeAsync() : ValueTask.CompletedTask;

    // A provider that is disposed synchronously takes no IAsyncDisposable alone.
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();
}

using Microsoft.AspNetCore.Connections;

namespace Crux.Client.Hosting;

/// <summary>
/// Lets go of connections that are closed and that Kestrel doesn't finish. It waits for good where a caller asked for more streams than it may
/// have and vanished: such a connection would be kept, and would hold up the server's stop until its time limit.
/// </summary>
internal static class ClosedConnection
{
    /// <summary>How long Kestrel has after the close to end a connection itself; mostly it takes milliseconds.</summary>
    public static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    /// <summary>Serves a connection until it is over: or closed for a while, with no handler that runs for it.</summary>
    public static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, TimeProvider time)
    {
        var serving = next(connection);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = connection.ConnectionClosed.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), closed);
        await Task.WhenAny(serving, closed.Task);
        while (!serving.IsCompleted)
        {
            using var over = new CancellationTokenSource();
            await Task.WhenAny(serving, Task.Delay(EndLimit, time, over.Token));
            await over.CancelAsync();
            if (!serving.IsCompleted && connection.Features.Get<PeerConnection>() is not { IsServing: true })
                return;
        }
        await serving;
    }
}

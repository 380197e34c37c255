using System.Runtime.InteropServices;

namespace Crux.Bench;

/// <summary>A thread for looking on that goes before what it looks at: a busy machine must not make the watcher late.</summary>
internal static partial class WatchThread
{
    private const int OneProcessOrThread = 0;
    private const int Self = 0;
    private const int Nice = -10;

    /// <summary>Runs <paramref name="look"/> on a thread of its own, ahead of others where this process may.</summary>
    public static Task<T> RunAsync<T>(Func<T> look) => Task.Factory.StartNew(
        () =>
        {
            // The thread alone, so that programs started elsewhere don't inherit it. Not root: then it is as it was.
            _ = SetPriority(OneProcessOrThread, Self, Nice);
            return look();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int value);
}

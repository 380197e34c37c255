using System.Diagnostics;

namespace Crux.System.Load;

/// <summary>Holds this process to a share of one core, where no cgroup does.</summary>
/// <param name="percent">Of one core; 0 for no limit.</param>
internal sealed class CpuPace(int percent)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _before = Environment.CpuUsage.TotalTime;

    public async ValueTask KeepAsync(CancellationToken stopping)
    {
        if (percent == 0)
            return;
        var due = (Environment.CpuUsage.TotalTime - _before) * (100.0 / percent);
        var ahead = due - Stopwatch.GetElapsedTime(_start);
        if (ahead > TimeSpan.FromMilliseconds(5))
            await Task.Delay(ahead, stopping);
    }
}

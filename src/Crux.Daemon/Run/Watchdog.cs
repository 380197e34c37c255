using System.Globalization;
using Crux.Node;

namespace Crux.Daemon.Run;

/// <summary>
/// Tells systemd's watchdog that the node lives, while the flock's loop turns: a process that only exists is not alive.
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    // A third of systemd's period, so that one late ping is no death.
    private const int PingsPerPeriod = 3;

    private readonly ITimer? _timer;

    public Watchdog(CruxNode node, RunReporter reporter)
    {
        if (Period() is not { } period)
            return;
        var hanging = false;
        _timer = TimeProvider.System.CreateTimer(
            _ =>
            {
                var alive = node.IsAlive(period / PingsPerPeriod);
                if (alive)
                    reporter.Alive();
                else if (!hanging)
                    reporter.Hangs();
                hanging = !alive;
            },
            null,
            TimeSpan.Zero,
            period / PingsPerPeriod);
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    // What systemd.exec(5) sets for a service with WatchdogSec.
    private static TimeSpan? Period()
    {
        var forUs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return forUs && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
    }
}

using System.Diagnostics;

namespace Crux.System.Tests.Lab;

/// <summary>Waits for conditions: looks often, gives up late, and says what it saw last.</summary>
internal static class Eventually
{
    /// <summary>Time between two looks. Short against every figure that is asserted, long enough to leave two cores to the flock.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until <paramref name="look"/> answers null; what it answers before that is what is still missing.</summary>
    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">The limit passed; the message carries the last answer.</exception>
    public static async Task<TimeSpan> HoldsAsync(TimeSpan limit, Func<Task<string?>> look, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(LookPeriod);
        while (true)
        {
            var missing = await look();
            if (missing is null)
                return watch.Elapsed;
            if (watch.Elapsed > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {missing}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>The same for a condition that can be looked at without waiting.</summary>
    public static Task<TimeSpan> HoldsAsync(TimeSpan limit, Func<string?> look, CancellationToken cancellationToken) =>
        HoldsAsync(limit, () => Task.FromResult(look()), cancellationToken);
}

using System.Globalization;

namespace Crux.System.Tests.Lab;

/// <summary>
/// A figure that the project promises. Asserted as it stands on a machine that was idle when the test began, and at twice that where
/// somebody else was using more than half of it; the measured value is in the test's output either way.
/// </summary>
internal sealed class Figure
{
    private const double IdleEnough = 0.5;
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(300);

    private readonly double _busy;

    private Figure(double busy) => _busy = busy;

    /// <summary>Looks at how busy the machine is; call it before the test starts anything.</summary>
    public static async Task<Figure> BeginAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(SamplePeriod);
        var (busy, total) = ReadTimes();
        await timer.WaitForNextTickAsync(cancellationToken);
        var (busyLater, totalLater) = ReadTimes();
        return new Figure(totalLater == total ? 0 : (busyLater - busy) / (double)(totalLater - total));
    }

    /// <summary>Asserts that <paramref name="measured"/> is within <paramref name="promised"/>.</summary>
    /// <param name="what">What was measured.</param>
    /// <param name="measured">How long it took.</param>
    /// <param name="promised">How long it may take.</param>
    /// <param name="slack">Where a small machine is known to miss the promise: at how many times it the test breaks. The bench judges the promise itself.</param>
    public void Holds(string what, TimeSpan measured, TimeSpan promised, double slack = 1)
    {
        var allowed = promised * Math.Max(slack, _busy > IdleEnough ? 2 : 1);
        Note(string.Create(CultureInfo.InvariantCulture, $"{what}: {measured.TotalSeconds:0.00} s of {promised.TotalSeconds:0.##} s (machine {_busy:P0} busy before)"));
        Assert.True(measured <= allowed, $"{what} took {measured.TotalSeconds:0.00} s; at most {allowed.TotalSeconds:0.##} s.");
    }

    /// <summary>Puts a line into the test's output.</summary>
    public static void Note(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);

    private static (long Busy, long Total) ReadTimes()
    {
        // cpu user nice system idle iowait irq softirq steal ...
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var total = fields.Sum();
        return (total - fields[3] - fields[4], total);
    }
}

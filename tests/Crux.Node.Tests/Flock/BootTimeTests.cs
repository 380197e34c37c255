using System.Globalization;
using Crux.Node.Flock;

namespace Crux.Node.Tests.Flock;

public sealed class BootTimeTests
{
    // /proc/uptime is the kernel's own word for the time since boot, suspension included; it shows hundredths.
    [Fact]
    public void The_clock_of_a_node_counts_the_time_since_boot_and_so_what_a_suspended_machine_slept()
    {
        var before = Uptime();
        var time = BootTime.Clock.Time;
        var read = TimeSpan.FromSeconds((double)time.GetTimestamp() / time.TimestampFrequency);
        Assert.InRange(read, before - TimeSpan.FromMilliseconds(20), Uptime() + TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void It_never_goes_back()
    {
        var last = BootTime.Clock.Now();
        for (var i = 0; i < 10_000; i++)
        {
            var now = BootTime.Clock.Now();
            Assert.True(now >= last);
            last = now;
        }
    }

    private static TimeSpan Uptime() => TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));
}

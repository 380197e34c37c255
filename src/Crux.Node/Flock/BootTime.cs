using System.Runtime.InteropServices;

namespace Crux.Node.Flock;

/// <summary>
/// Linux's clock since boot. Unlike the one that .NET reads it goes on while the machine is suspended or its virtual machine saved: who
/// wakes must know at once that its lease ran out meanwhile.
/// </summary>
/// <remarks>Timers are the system's, which stand still in a suspended machine: what was due fires late after it wakes, and finds the right time.</remarks>
internal sealed partial class BootTime : TimeProvider
{
    private const int ClockBootTime = 7;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private BootTime()
    {
    }

    /// <summary>The clock that everything in this process shares; where the kernel has none since boot, .NET's own.</summary>
    public static MonotonicClock Clock { get; } = new(TryRead(out _) ? new BootTime() : System);

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override long GetTimestamp() => TryRead(out var now) ? now : throw new InvalidOperationException("The kernel's clock since boot was there, and is no more.");

    private static bool TryRead(out long nanoseconds)
    {
        nanoseconds = 0;
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || GetTime(ClockBootTime, out var read) != 0)
            return false;
        nanoseconds = (read.Seconds * NanosecondsPerSecond) + read.Nanoseconds;
        return true;
    }

    // It neither waits nor enters the kernel, and is asked for every datagram.
    [LibraryImport("libc", EntryPoint = "clock_gettime"), SuppressGCTransition]
    private static partial int GetTime(int clock, out TimeOfClock time);

    // struct timespec of 64-bit Linux.
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeOfClock(long Seconds, long Nanoseconds);
}

namespace Crux;

/// <summary>Reads a <see cref="TimeProvider"/> as a monotonic clock. Drivers read it and hand the instant to their machine.</summary>
/// <remarks>Thread-safe. Wall-clock changes don't move it.</remarks>
public sealed class MonotonicClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>The clock of this machine, shared by everything in the process.</summary>
    public static MonotonicClock System { get; } = new(TimeProvider.System);

    /// <summary>The time provider beneath, for timers and wall-clock stamps that only people read.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>The instant now. The origin lies one hour before this clock was made, so that instants minus a window stay positive.</summary>
    public Instant Now() => new(Time.GetElapsedTime(_origin).Ticks + TimeSpan.TicksPerHour);
}

using Crux.Machines.Flock.Election.Fenced;

namespace Crux.Machines.Tests.Flock.Election;

/// <summary>One node of an <see cref="ElectionNet"/>: what is on its disk outlives its machine.</summary>
internal sealed class ElectionNode(int number, double rate, Instant start)
{
    private double _rate = rate;
    private Instant _worldOrigin = start;
    private Instant _ownOrigin = new(TimeSpan.TicksPerHour + (number * TimeSpan.TicksPerDay));

    public int Number { get; } = number;

    public Voter Self { get; } = new(new NodeId(0, (ulong)number + 1), TestFlock.AddressOf(number + 1));

    public FencedElection? Machine { get; set; }

    public ElectionMemory Disk { get; set; } = new();

    public List<(Instant At, ulong Written, ElectionMemory Memory)> Writes { get; } = [];

    public ulong Requested { get; set; }

    public int Island { get; set; }

    /// <summary>The leader that it sees, and when it did last.</summary>
    public ElectionNode? Saw { get; set; }

    public Instant SawAt { get; set; }

    public bool IsPaused { get; set; }

    public List<(Voter From, ElectionMessage Message)> Backlog { get; } = [];

    /// <summary>This node's clock, which runs a little fast or slow.</summary>
    public Instant ClockAt(Instant at) => _ownOrigin + TimeSpan.FromTicks((long)((at - _worldOrigin).Ticks * _rate));

    public Instant WorldAt(Instant own) =>
        own == Instant.Never ? Instant.Never : _worldOrigin + TimeSpan.FromTicks((long)Math.Ceiling((own - _ownOrigin).Ticks / _rate) + 1);

    /// <summary>From now on its clock runs at half the speed: no clock of a machine that works does.</summary>
    public void SlowDown(Instant now) => (_ownOrigin, _worldOrigin, _rate) = (ClockAt(now), now, _rate / 2);

    public bool IsFenced(Instant at) => Machine?.IsFenced(ClockAt(at)) == true;
}

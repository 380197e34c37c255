using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// How much of what should reach this node does. It tells its observers with every beat, so that a node that can speak but not
/// hear is found out; and one that hears little judges nobody.
/// </summary>
/// <remarks>Members of whom nothing at all was heard are left out: they may have died, or be out of reach.</remarks>
internal sealed class Hearing(FlockState state, Observers observers, HearingTest test)
{
    /// <summary>What happened before this does not count.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(6);

    /// <summary>A member that is watched for less long says nothing yet.</summary>
    public static readonly TimeSpan MinWatch = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Up to this part a node is hard of hearing: six of eighteen beats. With 80 % of its datagrams lost that is so nine times in ten; at
    /// 30 % once in 1,000 looks, and then costs some probes.
    /// </summary>
    public const double Poor = 0.35;

    /// <summary>Up to this part it is tested: 80 % loss comes below it within 6 s, and 30 % does for a twentieth of the time.</summary>
    public const double Doubtful = 0.5;

    /// <summary>A finding stands so long after the last beat: as the alarms that others raise on it, by which time it has heard of its end.</summary>
    public static readonly TimeSpan StandsFor = AlarmBook.Life;

    /// <summary>Beats remembered: more come only from a member that sends too many.</summary>
    public const int MaxBeats = 96;

    /// <summary>What is told where too little is known to say anything.</summary>
    public const byte Unknown = byte.MaxValue;

    private readonly Queue<(Slot From, Instant At)> _beats = new();
    private Instant _lastAt;

    /// <summary>A beat came.</summary>
    public void Heard(Slot from)
    {
        if (_beats.Count == MaxBeats)
            _beats.Dequeue();
        _beats.Enqueue((from, state.Now));
        _lastAt = state.Now;
    }

    /// <summary>The part of expected beats that came from those heard at all, 0 to 1; null where none was watched for long.</summary>
    public double? Part
    {
        get
        {
            while (_beats.TryPeek(out var first) && state.Now - first.At >= Memory)
                _beats.Dequeue();
            var (isKnown, heard, expected) = (false, 0, 0.0);
            foreach (var subject in observers.Subjects)
            {
                if (subject.Rank >= Observers.BeatObservers || state.Now - subject.ObservedSince is var watched && watched < MinWatch)
                    continue;
                isKnown = true;
                if (CountFrom(subject) is not (> 0 and var count))
                    continue;
                heard += count;
                expected += TimeSpan.FromTicks(Math.Min(watched.Ticks, Memory.Ticks)) / observers.BeatInterval;
            }
            return isKnown ? heard == 0 ? 0 : Math.Min(1, heard / expected) : null;
        }
    }

    /// <summary><see cref="Part"/> in percent, as beats carry it; never more than is poor, where a test has just found that.</summary>
    public byte InPercent => Part is { } part ? (byte)Math.Round(100 * (test.FoundPoor ? Math.Min(part, Poor) : part)) : Unknown;

    /// <summary>This node hears little, yet something, and did so a moment ago: neither is it alone, nor did all die that it watches.</summary>
    public bool IsPoor { get; private set; }

    /// <summary>Looks how well this node hears, and has it tested where that is not clear.</summary>
    public void Look()
    {
        var part = state.Now - _lastAt < state.Options.SilenceWindow ? Part : null;
        // No beat tells nothing new while others speak: those from whom beats came may have evicted this node, and then are not silent.
        var isAlone = state.Now - Instant.Max(_lastAt, state.HeardAt) >= state.Options.SilenceWindow;
        IsPoor = part is > 0 ? part <= Poor || test.FoundPoor : IsPoor && !isAlone && state.Now - _lastAt < StandsFor;
        if (part is > 0 and <= Doubtful)
            test.Open();
    }

    public static bool SaysPoor(byte percent) => percent <= 100 * Poor;

    // Who is watched keeps its slot.
    private int CountFrom(Slot subject)
    {
        var count = 0;
        foreach (var (from, _) in _beats)
            count += ReferenceEquals(from, subject) ? 1 : 0;
        return count;
    }
}

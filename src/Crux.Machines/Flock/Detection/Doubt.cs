using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>A member that this node is asking whether it is still there, or still hears.</summary>
internal sealed class Doubt(Slot subject, Instant now)
{
    private readonly uint _firstNumber = subject.ProbesSent;
    private long _earsFrom;

    public Slot Subject { get; } = subject;

    public MemberRecord Record { get; } = subject.Record;

    public Instant StartedAt { get; } = now;

    /// <summary>When the other observers were told, or told this node; null before.</summary>
    public Instant? SharedAt { get; set; }

    /// <summary>When the asking began that may end in an alarm; null while a few first probes are to settle it.</summary>
    public Instant? AskedSince { get; private set; }

    /// <summary>From when on the time to its eviction is counted.</summary>
    public Instant? SilentSince { get; set; }

    /// <summary>Set where it speaks, but seems not to hear: only its answers count.</summary>
    public Trial? Trial { get; private set; }

    public bool IsTrial => Trial is not null;

    /// <summary>Only this node asks, to know whether it can wait for that observer's word.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>The other observers of the subject are being asked too.</summary>
    public bool HasAskedAround { get; set; }

    public int Sent { get; set; }

    public Instant NextProbe { get; set; } = now;

    /// <summary>When it is told again, doubt or alarm; and how often it was.</summary>
    public Instant NextTelling { get; set; } = Instant.Never;

    public int Tellings { get; set; }

    public Alarm? Alarm { get; set; }

    public Instant? AlarmedAt { get; set; }

    /// <summary>It is asked with every turn of <see cref="Ears"/>.</summary>
    public bool IsAsked => AskedSince is not null && Alarm is null;

    public Instant NextStep => IsAsked ? NextTelling : Instant.Min(NextProbe, NextTelling);

    /// <summary>Whether the view still says of the subject what it said when the doubt began.</summary>
    public bool IsCurrent => Subject.Record == Record;

    public bool IsHeard => Subject.HeardAt > StartedAt;

    /// <summary>The asking begins.</summary>
    public void Ask(Instant at, Ears ears)
    {
        if (AskedSince is not null)
            return;
        (AskedSince, SilentSince, _earsFrom) = (at, at, ears.Heard);
        ears.Open();
    }

    /// <summary>From now on only answers count.</summary>
    public void Try(Instant at, Ears ears)
    {
        Ask(at, ears);
        Trial ??= new Trial(ears.TimePerProbe);
    }

    public void OnAnswer(uint number, ushort heard, Instant at, Ears ears)
    {
        if (number - _firstNumber < Subject.ProbesSent - _firstNumber)
            Trial?.OnAnswer(number, heard, at, ears.Heard);
    }

    /// <summary>It was asked for long enough, while this node could hear; or for so long that its own ears can't have been the cause.</summary>
    public bool IsSilent(Instant at, Ears ears, FlockOptions options)
    {
        var since = Trial?.AnsweredAt is { } answered ? Instant.Max(answered, AskedSince!.Value) : AskedSince!.Value;
        var heard = ears.Heard - Math.Max(_earsFrom, Trial?.EarsAt ?? 0);
        return at - since >= options.MaxProbeTime || (at - since >= options.ProbeTime && heard >= ears.Needed);
    }
}

using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>A member that this node is asking whether it is still there, or still hears.</summary>
internal sealed class Doubt(Slot subject, Instant now, uint firstNumber)
{
    /// <summary>Probes of which it is remembered whether they were answered.</summary>
    public const int MaxProbes = 1_024;

    /// <summary>A probe that is not answered by then counts as lost.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// A trial weighs answers: what speaks for a member that gets one in five of its datagrams through, against one that in the worst
    /// loss that is nobody's fault, 40 % each way, gets 36 % through. Natural logarithms of likelihood ratios (Wald's test).
    /// </summary>
    public const double LostWeighs = 0.223;

    /// <inheritdoc cref="LostWeighs"/>
    public const double AnsweredWeighs = -0.588;

    /// <summary>Guilty from here on: a sound member gets there once in 800 times, at one observer.</summary>
    public const double Guilty = 6.7;

    /// <summary>Cleared from here on.</summary>
    public const double Cleared = -2.5;

    private readonly ulong[] _answered = new ulong[MaxProbes / 64];

    public Slot Subject { get; } = subject;

    public MemberRecord Record { get; } = subject.Record;

    public Instant StartedAt { get; } = now;

    /// <summary>When the other observers were told, or told this node; null before.</summary>
    public Instant? SharedAt { get; set; }

    /// <summary>How long it is asked, from <see cref="SharedAt"/> on.</summary>
    public TimeSpan Patience { get; set; }

    /// <summary>It speaks, but seems not to hear: only answers count, and the part of probes that are answered decides.</summary>
    public bool IsTrial { get; set; }

    /// <summary>Only this node asks, to know whether it can wait for that observer's word.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>The other observers of the subject are being asked too.</summary>
    public bool HasAskedAround { get; set; }

    public int Sent { get; private set; }

    public int Answered { get; private set; }

    public Instant NextProbe { get; set; } = now;

    /// <summary>When it is told again, doubt or alarm; and how often it was.</summary>
    public Instant NextTelling { get; set; } = Instant.Never;

    public int Tellings { get; set; }

    public Alarm? Alarm { get; set; }

    public Instant? AlarmedAt { get; set; }

    public Instant NextStep => Instant.Min(NextProbe, NextTelling);

    /// <summary>Whether the view still says of the subject what it said when the doubt began.</summary>
    public bool IsCurrent => Subject.Record == Record;

    public bool IsHeard => Subject.HeardAt > StartedAt;

    /// <summary>The number of the next probe.</summary>
    public uint NextNumber() => firstNumber + (uint)Sent++;

    public void OnAnswer(uint number)
    {
        var probe = number - firstNumber;
        if (probe >= Sent || probe >= MaxProbes)
            return;
        var bit = 1UL << (int)(probe % 64);
        Answered += (_answered[probe / 64] & bit) == 0 ? 1 : 0;
        _answered[probe / 64] |= bit;
    }

    /// <summary>What the answers weigh so far, those left out that may still come.</summary>
    public double Weight(TimeSpan period)
    {
        var lost = Math.Max(0, Sent - (int)Math.Ceiling(AnswerTime / period) - Answered);
        return (lost * LostWeighs) + (Answered * AnsweredWeighs);
    }
}

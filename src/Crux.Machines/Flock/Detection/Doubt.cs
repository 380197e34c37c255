using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>A silent member that this node is probing.</summary>
internal sealed class Doubt(Slot subject, Instant now)
{
    public Slot Subject { get; } = subject;

    public MemberRecord Record { get; } = subject.Record;

    public Instant StartedAt { get; } = now;

    public int Probes { get; set; }

    public Instant NextStep { get; set; } = now;

    public Alarm? Alarm { get; set; }

    /// <summary>Whether the view still says of the subject what it said when the doubt began.</summary>
    public bool IsCurrent => Subject.Record == Record;

    public bool IsAnswered => Subject.HeardAt > StartedAt;
}

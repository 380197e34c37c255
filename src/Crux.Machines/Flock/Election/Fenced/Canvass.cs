namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>One try of a candidate to be elected, or to learn whether it would be.</summary>
internal sealed class Canvass(ElectionFlags kind, ulong term, ulong number, Instant now, Instant endsAt)
{
    private readonly SortedSet<NodeId> _granted = [];

    /// <summary>Only a question, a founding, or an election proper.</summary>
    public ElectionFlags Kind { get; } = kind;

    public ulong Term { get; } = term;

    /// <summary>Answers name it: those to earlier ones count for nothing.</summary>
    public ulong Number { get; } = number;

    /// <summary>A lease that comes of it counts from here.</summary>
    public Instant StartedAt { get; } = now;

    public Instant EndsAt { get; } = endsAt;

    public Instant RetryDue { get; set; } = now;

    public bool IsReal => (Kind & ElectionFlags.Pre) == 0;

    public IEnumerable<NodeId> Granted => _granted;

    public void Grant(NodeId voter) => _granted.Add(voter);

    public bool HasGranted(NodeId voter) => _granted.Contains(voter);
}

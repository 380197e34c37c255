namespace Crux.Machines.Registry;

/// <summary>What a <see cref="ReeveMachine"/> hands back: first reports for the steward in their order, then answers that changed.</summary>
public sealed class ReeveOutbox
{
    private readonly List<ReeveReport> _reports = [];
    private readonly List<AnswerChange> _answers = [];

    /// <summary>For the steward, in order; empty while none is attached.</summary>
    public IReadOnlyList<ReeveReport> Reports => _reports;

    /// <summary>For whoever looks up or watches.</summary>
    public IReadOnlyList<AnswerChange> Answers => _answers;

    /// <summary>The token of a push that was refused because a later leader has spoken; null where none was.</summary>
    public GroupToken? RefusedToken { get; internal set; }

    /// <summary>How many pushed entries found the cache full.</summary>
    public int Overflowed { get; internal set; }

    /// <summary>Empties it for the next call.</summary>
    public void Clear()
    {
        _reports.Clear();
        _answers.Clear();
        RefusedToken = null;
        Overflowed = 0;
    }

    internal void Report(ReeveReport report) => _reports.Add(report);

    internal void Raise(AnswerChange change) => _answers.Add(change);
}

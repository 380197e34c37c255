using Crux.Client.Selection;

namespace Crux.Client.Attempts;

/// <summary>
/// What is known of one call: where it was tried and what became of it. The layer that repeats calls sets it before each attempt;
/// the layer that places them, further down in the same flow, fills it in.
/// </summary>
internal sealed class CallNote
{
    private static readonly AsyncLocal<CallNote?> Flowing = new();

    private readonly List<FailedAttempt> _failed = [];

    public static CallNote? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    /// <summary>How often the call was placed with an instance.</summary>
    public int Attempts { get; set; }

    /// <summary>The instance that has or had the call last.</summary>
    public Endpoint? Last { get; set; }

    /// <summary>Why the call waits for an instance, in words; null while it doesn't.</summary>
    public CallProblem? Waiting { get; set; }

    /// <summary>How the connection broke while the instance had the call; null where it did not.</summary>
    public Exception? Lost { get; set; }

    /// <summary>The longest wait for an instance where the call has no deadline.</summary>
    public TimeSpan WaitLimit { get; init; } = Timeout.InfiniteTimeSpan;

    public IReadOnlyList<FailedAttempt> Failed => _failed;

    public void Add(Endpoint endpoint, string problem) => _failed.Add(new(endpoint, problem));

    public bool HasTried(Endpoint endpoint) => _failed.Exists(attempt => attempt.Endpoint == endpoint);
}

using Crux.Client.Selection;
using Grpc.Core;

namespace Crux.Client.Attempts;

/// <summary>
/// What is known of one call: where it was tried and what became of it. The layer that repeats calls sets it before each attempt;
/// the layer that places them, further down in the same flow, fills it in.
/// </summary>
internal sealed class CallNote
{
    private static readonly AsyncLocal<CallNote?> Flowing = new();

    // Made when it is needed: nearly all calls succeed at once.
    private List<FailedAttempt>? _failed;

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

    /// <summary>The failure that this side made itself, complete as it is. What a service sends may look the same, and is about another hop.</summary>
    public RpcException? Said { get; private set; }

    /// <summary>Whether its requests are a stream, which can be read once.</summary>
    public bool IsRequestStream { get; init; }

    /// <summary>The longest wait for an instance where the call has no deadline.</summary>
    public TimeSpan WaitLimit { get; init; } = Timeout.InfiniteTimeSpan;

    public IReadOnlyList<FailedAttempt> Failed => _failed ?? (IReadOnlyList<FailedAttempt>)[];

    public void Add(FailedAttempt attempt) => (_failed ??= []).Add(attempt);

    /// <summary>Ends the call with a failure of this side's own making.</summary>
    public RpcException Say(CallProblem problem, Exception? cause = null) => Said = problem.ToException(StatusCode.Unavailable, cause);

    public bool HasTried(Endpoint endpoint) => _failed is { } failed && failed.Exists(attempt => attempt.Endpoint == endpoint);
}

using Crux.Machines.Flock.Authority;

namespace Crux.Services.Trust;

/// <summary>The operator's orders that this node has taken, each once, in the order of their coming.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class AuditTrail
{
    /// <summary>Orders shown; older ones stay where they are kept.</summary>
    public const int MaxShown = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<TakenOrder> _taken;
    private readonly HashSet<UInt128> _known;
    private readonly Action<TakenOrder> _keep;
    private readonly TimeProvider _time;

    /// <param name="kept">What was taken before.</param>
    /// <param name="keep">Keeps one more.</param>
    /// <param name="problem">What is wrong with what was kept; null where nothing is.</param>
    /// <param name="time">For people.</param>
    public AuditTrail(IEnumerable<TakenOrder> kept, Action<TakenOrder> keep, string? problem, TimeProvider time)
    {
        (_keep, Problem, _time) = (keep, problem, time);
        _taken = new(kept);
        _known = [.. _taken.Select(taken => taken.Order.Id)];
    }

    /// <summary>What is wrong with the record; null where nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>The orders, oldest first.</summary>
    public IReadOnlyList<TakenOrder> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken];
        }
    }

    /// <summary>Remembers an order, if it is new.</summary>
    public void Note(OperatorOrder order)
    {
        lock (_gate)
        {
            if (!_known.Add(order.Id))
                return;
            var taken = new TakenOrder(_time.GetUtcNow().ToUnixTimeMilliseconds(), order);
            _taken.Enqueue(taken);
            if (_taken.Count > MaxShown)
                _known.Remove(_taken.Dequeue().Order.Id);
            try
            {
                _keep(taken);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                Problem = $"Orders were taken that are not in the record on disk: {problem.Message}";
            }
        }
    }
}

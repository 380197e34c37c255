namespace Crux.Machines.Flock.Detection;

/// <summary>How often members were doubted and answered after all: one that hardly gets through is not silent, but sick.</summary>
internal sealed class Recurrences(FlockState state)
{
    /// <summary>Silent doubts about one member within <see cref="Span"/> after which the next one is a trial.</summary>
    public const int Many = 3;

    /// <summary>Members remembered.</summary>
    public const int MaxRemembered = 64;

    /// <inheritdoc cref="Many"/>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<NetAddress, (int Count, Instant Since, Instant Last)> _past = [];

    public void Add(NetAddress subject)
    {
        if (!_past.TryGetValue(subject, out var past) || state.Now - past.Since >= Span)
        {
            if (_past.Count == MaxRemembered)
                _past.Clear();
            past = (0, state.Now, state.Now);
        }
        // One outage makes several doubts, since beats of who does not hear end each of them; it counts once.
        else if (state.Now - past.Last < state.Options.ProbeTime)
        {
            return;
        }
        _past[subject] = (past.Count + 1, past.Since, state.Now);
    }

    public bool IsMany(NetAddress subject) => _past.TryGetValue(subject, out var past) && past.Count >= Many && state.Now - past.Since < Span;
}

namespace Crux.Machines.Health;

/// <summary>What a <see cref="HeartbeaterMachine"/> hands back. Verdicts come in the order of their sequence; refusals answer the beat at hand.</summary>
public sealed class HealthOutbox
{
    private readonly List<Verdict> _verdicts = [];
    private readonly List<string> _refusals = [];

    /// <summary>Decisions, in sequence, for every subscriber.</summary>
    public IReadOnlyList<Verdict> Verdicts => _verdicts;

    /// <summary>One sentence for each point of the beat that was refused.</summary>
    public IReadOnlyList<string> Refusals => _refusals;

    /// <summary>Empties it for the next call.</summary>
    public void Clear()
    {
        _verdicts.Clear();
        _refusals.Clear();
    }

    internal void Raise(Verdict verdict) => _verdicts.Add(verdict);

    internal void Refuse(string sentence) => _refusals.Add(sentence);
}

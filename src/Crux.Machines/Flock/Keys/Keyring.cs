namespace Crux.Machines.Flock.Keys;

/// <summary>The generations that this node holds: what it seals with, what comes next, and what it still opens.</summary>
internal sealed class Keyring
{
    /// <summary>Generations held at once: active, next, the one before, and that of another lineage while two merge.</summary>
    public const int MaxHeld = 4;

    /// <summary>How long a generation that nobody should seal with any more is kept: a transient key's life.</summary>
    public static readonly TimeSpan Farewell = Epochs.Length + Epochs.Grace;

    private readonly List<(Generation Generation, Instant NeededAt)> _held = [];

    /// <summary>What this node seals with; null while it is the join tier.</summary>
    public Generation? Active { get; private set; }

    /// <summary>Since when frames other than handshakes have a generation's key.</summary>
    public Instant ActiveSince { get; private set; } = Instant.Never;

    public int Count => _held.Count;

    public Generation this[int index] => _held[index].Generation;

    public Generation? Find(ushort tag)
    {
        foreach (var (generation, _) in _held)
        {
            if (generation.Id.Tag == tag)
                return generation;
        }
        return null;
    }

    public Generation? Find(GenerationId id) => !id.IsNone && Find(id.Tag) is { } found && found.Id == id ? found : null;

    /// <summary>Adds a generation. Of more than <see cref="MaxHeld"/>, the one not needed for longest is forgotten.</summary>
    public void Add(Instant now, Generation generation)
    {
        if (Find(generation.Id.Tag) is not null)
            return;
        if (_held.Count == MaxHeld)
        {
            var oldest = -1;
            for (var i = 0; i < _held.Count; i++)
            {
                if (_held[i].Generation != Active && (oldest < 0 || _held[i].NeededAt < _held[oldest].NeededAt))
                    oldest = i;
            }
            Drop(oldest);
        }
        _held.Add((generation, now));
    }

    /// <summary>Seals with that generation from now on, or with the join key.</summary>
    public void Activate(Instant now, Generation? generation)
    {
        if (generation is null)
            ActiveSince = Instant.Never;
        else if (Active is null)
            ActiveSince = now;
        Active = generation;
    }

    /// <summary>Forgets what has not been needed for a transient key's life; returns whether anything was.</summary>
    public bool Tick(Instant now, GenerationId active, GenerationId next)
    {
        var hasDropped = false;
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            var (generation, neededAt) = _held[i];
            generation.Retire(now);
            if (generation == Active || generation.Id == active || generation.Id == next)
                _held[i] = (generation, now);
            else if (now - neededAt >= Farewell)
                hasDropped = Drop(i);
        }
        return hasDropped;
    }

    public void Forget()
    {
        foreach (var (generation, _) in _held)
            generation.Forget();
        _held.Clear();
        Active = null;
    }

    private bool Drop(int index)
    {
        _held[index].Generation.Forget();
        _held.RemoveAt(index);
        return true;
    }
}

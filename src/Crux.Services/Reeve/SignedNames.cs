namespace Crux.Services.Reeve;

/// <summary>
/// Under which names the processes of this node asked for keys since it started: an operator who names another has most likely a letter wrong. Processes ask again
/// when their node comes back.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SignedNames
{
    /// <summary>Names remembered; where there were more, none is called unknown.</summary>
    public const int MaxNames = 4_096;

    private readonly Lock _gate = new();
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private bool _isFull;

    /// <summary>Remembers a name.</summary>
    public void Note(string name)
    {
        lock (_gate)
        {
            if (_names.Count < MaxNames)
                _names.Add(name);
            else if (!_names.Contains(name))
                _isFull = true;
        }
    }

    /// <summary>Whether nobody asked for keys under a name, for certain.</summary>
    public bool IsUnknown(string name)
    {
        lock (_gate)
            return !_isFull && !_names.Contains(name);
    }

    /// <summary>Some of them, in order.</summary>
    public IReadOnlyList<string> Some(int max)
    {
        lock (_gate)
            return [.. _names.Take(max)];
    }
}

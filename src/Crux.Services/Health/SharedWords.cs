namespace Crux.Services.Health;

/// <summary>
/// One object for each word of a history: a change has a reason, and of a million changes nearly all have one of a few. What is read would otherwise take several
/// times the room of what was written.
/// </summary>
internal sealed class SharedWords
{
    /// <summary>The most words, and the most instances, that are shared; beyond it each keeps its own.</summary>
    public const int MaxWords = 65_536;

    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InstanceName> _instances = new(StringComparer.Ordinal);

    /// <summary>The word as it was first seen.</summary>
    public string Share(string word)
    {
        if (word.Length == 0)
            return "";
        if (_words.TryGetValue(word, out var shared))
            return shared;
        if (_words.Count < MaxWords)
            _words.Add(word, word);
        return word;
    }

    /// <summary>The instance of that name as it was first seen; false where it is none.</summary>
    public bool TryGet(string name, out InstanceName? instance)
    {
        if (_instances.TryGetValue(name, out instance))
            return true;
        if (!InstanceName.TryParse(name, out instance, out _))
            return false;
        if (_instances.Count < MaxWords)
            _instances.Add(name, instance);
        return true;
    }
}

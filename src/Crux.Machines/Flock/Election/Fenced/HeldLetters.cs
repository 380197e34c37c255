namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>Letters that bind their sender, until what they say is on its disk.</summary>
internal sealed class HeldLetters
{
    private readonly List<(ulong Written, ElectionLetter Letter)> _held = [];

    /// <summary>Keeps a letter until so much is on disk; the oldest goes where there are too many, and is asked for again.</summary>
    public void Add(ulong written, ElectionLetter letter)
    {
        if (_held.Count == ElectionRules.MaxHeld)
            _held.RemoveAt(0);
        _held.Add((written, letter));
    }

    /// <summary>Hands out what no longer has to wait.</summary>
    public void Release(ulong durable, List<ElectionLetter> letters)
    {
        foreach (var (written, letter) in _held)
        {
            if (written <= durable)
                letters.Add(letter);
        }
        _held.RemoveAll(held => held.Written <= durable);
    }
}

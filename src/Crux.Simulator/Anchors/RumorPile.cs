namespace Crux.Simulator.Anchors;

/// <summary>Rumours of one length that were told equally often, the newest on top.</summary>
internal sealed class RumorPile
{
    private Entry[] _entries = new Entry[16];
    private int _count;

    /// <summary>A rumour and its age: later ones have higher numbers.</summary>
    public readonly record struct Entry(uint Id, Rumor Rumor);

    public void Push(Entry added)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, _count * 2);
        var index = _count++;
        while (index > 0 && _entries[(index - 1) / 2].Id < added.Id)
        {
            _entries[index] = _entries[(index - 1) / 2];
            index = (index - 1) / 2;
        }
        _entries[index] = added;
    }

    public bool TryPop(out Entry newest)
    {
        newest = default;
        if (_count == 0)
            return false;
        newest = _entries[0];
        var last = _entries[--_count];
        var index = 0;
        while (true)
        {
            var child = (index * 2) + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _entries[child + 1].Id > _entries[child].Id)
                child++;
            if (_entries[child].Id <= last.Id)
                break;
            _entries[index] = _entries[child];
            index = child;
        }
        _entries[index] = last;
        return true;
    }
}

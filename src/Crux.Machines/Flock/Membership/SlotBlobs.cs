namespace Crux.Machines.Flock.Membership;

/// <summary>The blobs of some of a block's slots. In a large flock a node has a few dozen among thousands of members: no more room than for those.</summary>
internal sealed class SlotBlobs
{
    private const int FirstRoom = 2;

    // In the order of their slots.
    private NodeBlob?[] _blobs = new NodeBlob?[FirstRoom];
    private SlotSet _slots;
    private int _count;

    public NodeBlob? this[int slot] => _slots.Has(slot) ? _blobs[_slots.Rank(slot)] : null;

    public void Set(int slot, NodeBlob blob)
    {
        var place = _slots.Rank(slot);
        if (!_slots.Has(slot))
        {
            if (_count == _blobs.Length)
                Array.Resize(ref _blobs, Math.Min(BlockId.Slots, 2 * _count));
            Array.Copy(_blobs, place, _blobs, place + 1, _count++ - place);
            _slots.Add(slot);
        }
        _blobs[place] = blob;
    }

    public void Remove(int slot)
    {
        if (!_slots.Has(slot))
            return;
        var place = _slots.Rank(slot);
        Array.Copy(_blobs, place + 1, _blobs, place, --_count - place);
        _blobs[_count] = null;
        _slots.Remove(slot);
    }
}

namespace Crux.Simulator.Invariants;

/// <summary>Whose end one node saw, and whom it followed, in this life of its own.</summary>
internal sealed class NodeView
{
    private readonly Dictionary<NetAddress, uint> _ended = [];
    private readonly Dictionary<UInt128, ulong> _terms = [];

    /// <summary>The lives at an address are over, up to this one.</summary>
    public void Ends(NetAddress address, uint incarnation) => _ended[address] = Math.Max(incarnation, _ended.GetValueOrDefault(address));

    /// <summary>Whether this very life was seen to end.</summary>
    public bool SawEndOf(NetAddress address, uint incarnation) => _ended.Count > 0 && _ended.TryGetValue(address, out var last) && incarnation <= last;

    /// <summary>Notes that it follows a leader of this term; false where it followed one of a higher.</summary>
    public bool Follows(UInt128 lineage, ulong term)
    {
        if (_terms.GetValueOrDefault(lineage) > term)
            return false;
        _terms[lineage] = term;
        return true;
    }

    /// <summary>A new process remembers nothing.</summary>
    public void Forget()
    {
        _ended.Clear();
        _terms.Clear();
    }
}

namespace Crux.Simulator.Invariants;

/// <summary>Whom one node saw go, in this life of its own.</summary>
internal sealed class NodeView
{
    private readonly Dictionary<(NodeId, NetAddress), uint> _departed = [];

    public void Departs(Member member) =>
        _departed[(member.Id, member.Address)] = Math.Max(member.Incarnation, _departed.GetValueOrDefault((member.Id, member.Address)));

    /// <summary>Whether this very life of the member was seen to end.</summary>
    public bool SawEndOf(Member member) => _departed.TryGetValue((member.Id, member.Address), out var last) && member.Incarnation <= last;

    /// <summary>A new process remembers nothing.</summary>
    public void Forget() => _departed.Clear();
}

using Crux.Machines;

namespace Crux.Simulator.Invariants;

/// <summary>What one node's newest snapshot comes to, worked out once for each snapshot; and who it saw go.</summary>
internal sealed class NodeView
{
    private readonly Dictionary<(NodeId, NetAddress), uint> _departed = [];
    private GroupSnapshot? _read;

    /// <summary>A hash of the members that the node holds for reachable: who, where, which life.</summary>
    public ulong AliveDigest { get; private set; }

    public int Alive { get; private set; }

    public int Unreachable { get; private set; }

    public NodeView Read(GroupSnapshot snapshot)
    {
        if (ReferenceEquals(snapshot, _read))
            return this;
        _read = snapshot;
        (AliveDigest, Alive, Unreachable) = (0, 0, 0);
        foreach (var member in snapshot.Members)
        {
            if (member.Status != MemberStatus.Alive)
            {
                Unreachable++;
                continue;
            }
            Alive++;
            AliveDigest = Mix.Two(AliveDigest, Mix.Three(Mix.Of(member.Id), Mix.Of(member.Address), member.Incarnation));
        }
        return this;
    }

    public void Departs(Member member) =>
        _departed[(member.Id, member.Address)] = Math.Max(member.Incarnation, _departed.GetValueOrDefault((member.Id, member.Address)));

    /// <summary>Whether this very life of the member was seen to end.</summary>
    public bool SawEndOf(Member member) => _departed.TryGetValue((member.Id, member.Address), out var last) && member.Incarnation <= last;

    /// <summary>A new process remembers nothing.</summary>
    public void Forget()
    {
        _departed.Clear();
        _read = null;
    }
}

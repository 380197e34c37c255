namespace Crux.Machines.Trust;

/// <summary>
/// Keys that an operator took back: those that a node signed for one of its services or clients. A key is good again that was signed
/// by the node after it had heard of this; where the ban is for good, none is until it is lifted.
/// </summary>
/// <param name="Node">The node that signed them.</param>
/// <param name="Service">Whose they are: an instance that it serves, or a client's name.</param>
/// <param name="To">Of the keys to call with, only those for endpoints of this api or instance; empty: all of them, and those to serve with.</param>
/// <param name="Since">The revision of the set that said so.</param>
/// <param name="IsForGood">Whether new keys are as bad.</param>
public sealed record KeyBan(NodeId Node, string Service, string To, uint Since, bool IsForGood) : IComparable<KeyBan>
{
    /// <summary>Whether it speaks of the same keys as another, whatever it says of them.</summary>
    public bool IsSamePlace(KeyBan other) => CompareTo(other) == 0;

    /// <summary>Ordered by whose keys they are.</summary>
    public int CompareTo(KeyBan? other)
    {
        if (other is null)
            return 1;
        var order = Node.CompareTo(other.Node);
        if (order == 0)
            order = string.CompareOrdinal(Service, other.Service);
        return order != 0 ? order : string.CompareOrdinal(To, other.To);
    }

    /// <summary>For people: <c>keys of galumph2_3 on node 1a2b3c4d</c>.</summary>
    public override string ToString() => $"keys of {Service} on node {Node.Brief}{(To.Length > 0 ? $" to {To}" : "")}{(IsForGood ? ", for good" : "")}";
}

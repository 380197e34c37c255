namespace Crux.Machines.Registry;

/// <summary>Tells whether two nodes see the same members: the wrapping sum over the hashes of their ids.</summary>
internal static class ViewHash
{
    public static ulong Of(GroupSnapshot view)
    {
        var sum = 0ul;
        foreach (var member in view.Members)
            sum += FixedHash.Start.Add(member.Id.High).Add(member.Id.Low).Value;
        return sum;
    }
}

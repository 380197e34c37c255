using System.Collections.Immutable;

namespace Crux.Machines.Registry;

/// <summary>What a complete answer says of the steward that gives it.</summary>
/// <param name="ViewHash">Of its view.</param>
/// <param name="Unheard">Members of whom it doesn't know everything.</param>
/// <param name="Until">When that may be otherwise though nobody has reported.</param>
internal sealed record Sight(ulong ViewHash, ImmutableArray<NodeId> Unheard, Instant Until)
{
    /// <summary>Of a steward that answers with what it inherited.</summary>
    public static Sight Tentative { get; } = new(0, [], Instant.Never);

    // Of a node that has just been started again, even its own reeve doesn't know everything yet. Nodes in their first life had nothing
    // to lose, and in a group that starts all at once they would be everybody.
    public static Sight Of(GroupSnapshot view, IReadOnlyDictionary<NodeId, Attendance> reeves, Instant now)
    {
        var unheard = ImmutableArray.CreateBuilder<NodeId>();
        var until = Instant.Never;
        foreach (var member in view.Members)
        {
            var isHeard = reeves.TryGetValue(member.Id, out var reeve) && reeve.IsHeard;
            if (isHeard && (member.Incarnation <= 1 || reeve!.IsYoungUntil <= now))
                continue;
            unheard.Add(member.Id);
            if (isHeard)
                until = Instant.Min(until, reeve!.IsYoungUntil);
        }
        return new(Registry.ViewHash.Of(view), unheard.ToImmutable(), until);
    }
}

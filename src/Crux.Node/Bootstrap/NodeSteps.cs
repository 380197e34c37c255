using System.Runtime.CompilerServices;

namespace Crux.Node.Bootstrap;

/// <summary>
/// What a node starts, and in what order. No service needs another in order to start: <c>After</c> says only whose condition makes
/// its own worth waiting for.
/// </summary>
internal static class NodeSteps
{
    /// <summary>The list. <paramref name="parts"/> is asked when a step starts, not before.</summary>
    public static IReadOnlyList<Step> List(Func<NodeParts> parts) =>
    [
        new Step
        {
            // First of all, so that `crux boot` can be asked about the rest.
            Name = "socket",
            Start = cancellation => parts().Local.StartAsync(cancellation),
        },
        new Step
        {
            Name = "flock",
            Start = cancellation => parts().StartFlockAsync(cancellation),
            Follow = cancellation => FlockStandings(parts().View, cancellation),
        },
    ];

    private static async IAsyncEnumerable<Standing> FlockStandings(IGroupView view, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var snapshot in view.WatchAsync(cancellation))
        {
            if (snapshot is { IsSettled: true, Leader: not null })
            {
                // Once is enough: what the view does later is the flock's news and no longer the start-up's.
                yield return Standing.Done;
                yield break;
            }
            yield return Standing.Waiting(snapshot.IsSettled
                ? "a leader"
                : $"the view to settle; {snapshot.Members.Length} {(snapshot.Members.Length == 1 ? "member" : "members")} so far");
        }
    }
}

namespace Crux.Node.Bootstrap;

/// <summary>
/// What a node starts, and in what order. No service needs another in order to start: <c>After</c> says only whose being there makes
/// its own condition worth waiting for.
/// </summary>
internal static class NodeSteps
{
    /// <summary>The list. <paramref name="parts"/> is asked when a step starts, not before.</summary>
    public static IReadOnlyList<Step> List(Func<NodeParts> parts) =>
    [
        new Step
        {
            // First of all: others are looked for while the servers are built, which takes most of the time.
            Name = "flock",
            Start = cancellation => parts().StartFlockAsync(cancellation),
            Follow = cancellation => Standings.OfFlock(parts().View, cancellation),
        },
        new Step
        {
            // Who asks `crux boot` earlier waits until then.
            Name = "socket",
            Start = cancellation => parts().Local.StartAsync(cancellation),
        },
        new Step
        {
            Name = "heartbeater",
            Start = _ => Now(parts().Heartbeater.Start),
        },
        new Step
        {
            // Answers from what this node knows, with or without a flock.
            Name = "reeve",
            After = ["heartbeater"],
            Start = _ => Now(parts().Reeve.Start),
        },
        new Step
        {
            // Before there is a leader: the reeves come to whoever leads at once, and must find it running.
            Name = "steward",
            Start = _ => Now(() => { parts().Healthminder.Start(); parts().Steward.Start(); }),
            Follow = cancellation => Standings.OfSteward(parts().View, parts().Steward, cancellation),
        },
        new Step
        {
            // What registers here is found everywhere.
            Name = "services",
            After = ["socket", "heartbeater", "reeve"],
            Start = _ => Task.CompletedTask,
            Follow = cancellation => Standings.OfServices(parts().View, parts().Reeve, cancellation),
        },
    ];

    private static Task Now(Action start)
    {
        start();
        return Task.CompletedTask;
    }
}

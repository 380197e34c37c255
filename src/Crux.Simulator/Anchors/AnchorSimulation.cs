namespace Crux.Simulator.Anchors;

/// <summary>
/// Models of what others run, on the simulator's heap of events, in its virtual time and under its network conditions: what our
/// figures are put beside. See ADR 0018 for what is modelled and what is not.
/// </summary>
public static class AnchorSimulation
{
    /// <summary>Runs one experiment to its end. The same options give the same report, in any process.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static AnchorReport Run(AnchorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Nodes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Nodes, AnchorOptions.MaxNodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Crashes, options.Nodes);
        var world = new AnchorWorld(options.Nodes, options.Seed, options.Protocol, options.Network);
        for (var second = 1; second <= options.Span.TotalSeconds; second++)
            world.At(TimeSpan.FromSeconds(second).Ticks, 0, AnchorEvent.Look, second);
        for (var crash = 1; crash <= options.Crashes; crash++)
            world.At(options.CrashAt.Ticks, crash * options.Nodes / (options.Crashes + 1), AnchorEvent.Crash);
        var fullAfter = options.Start == AnchorStart.Known ? RunKnown(world, options, cancellationToken) : RunThroughSeed(world, options, cancellationToken);
        return Report(world, options, fullAfter);
    }

    private static double RunKnown(AnchorWorld world, AnchorOptions options, CancellationToken cancellationToken)
    {
        foreach (var node in world.Nodes)
            node.StartsIn(world.Random.Next(options.Protocol.ProbeInterval), everybody: true);
        world.Run(options.Span, () => false, cancellationToken);
        return 0;
    }

    private static double RunThroughSeed(AnchorWorld world, AnchorOptions options, CancellationToken cancellationToken)
    {
        world.Nodes[0].StartsIn(TimeSpan.Zero, everybody: false);
        foreach (var node in world.Nodes.AsSpan(1))
        {
            var after = options.SeedAlone + world.Random.Next(options.Spread);
            node.StartsIn(after, everybody: false);
            world.At(after.Ticks, node.Index, AnchorEvent.JoinDue, 0);
        }
        world.Run(options.Span, () => world.Watch.Full == options.Nodes, cancellationToken);
        return world.Watch.Full == options.Nodes ? (world.Now - options.SeedAlone.Ticks) / (double)TimeSpan.TicksPerSecond : -1;
    }

    private static AnchorReport Report(AnchorWorld world, AnchorOptions options, double fullAfter)
    {
        var bytes = world.SentBytes.Order().ToList();
        var packets = world.SentPackets.Order().ToList();
        var watch = world.Watch;
        return new()
        {
            Seed = options.Seed,
            Trace = world.Trace,
            Events = world.Events,
            Nodes = options.Nodes,
            SecondsToFullView = fullAfter,
            DistinctSizes = watch.DistinctSizes,
            RefusedExchanges = world.Exchanges.Refused,
            FalseSuspicions = watch.FalseSuspicions,
            FalseDeclarations = watch.FalseDeclarations,
            FalseRemovals = watch.FalseRemovals,
            NodesWronged = watch.Wronged,
            SecondsToSuspicion = SinceCrash(watch.FirstSuspicionOfDead),
            SecondsToDeclaration = SinceCrash(watch.FirstDeclarationOfDead),
            SecondsToKnown = SinceCrash(watch.DeadKnownToAllAt),
            BytesMedian = bytes[bytes.Count / 2],
            BytesP99 = bytes[bytes.Count * 99 / 100],
            BytesMost = bytes[^1],
            PacketsMedian = packets[packets.Count / 2],
            Timeline = watch.Timeline,
        };

        double SinceCrash(long at) => at < 0 ? -1 : (at - options.CrashAt.Ticks) / (double)TimeSpan.TicksPerSecond;
    }
}

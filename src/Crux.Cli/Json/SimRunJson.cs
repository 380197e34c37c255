namespace Crux.Cli.Json;

/// <summary><c>crux sim run --json</c> with one seed.</summary>
internal sealed record SimRunJson(
    string Scenario,
    ulong Seed,
    int Nodes,
    string Start,
    string TraceHash,
    bool Ok,
    double? FullViewSeconds,
    double? ProvisionalLeaderSeconds,
    double? FencedLeaderSeconds,
    SimAwaitedJson[] Awaited,
    SimSpreadJson ViewsPerNode,
    int ViewChanges,
    int[] SettledSizes,
    int LeaderChanges,
    int EvictionsTrue,
    int EvictionsFalse,
    SimTrafficJson? ColdStart,
    SimTrafficJson? Steady,
    SimSpreadJson PeakBytesPerSecond,
    long Events,
    double VirtualSeconds,
    double WallSeconds,
    SimViolationJson[] Violations,
    string[] Failures,
    string Replay);

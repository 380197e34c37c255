namespace Crux.Cli.Json;

/// <summary>What a model of another system did. Seconds are null for what did not happen.</summary>
internal sealed record SimAnchorJson(
    string Protocol,
    ulong Seed,
    int Nodes,
    double Loss,
    string TraceHash,
    double? FullViewSeconds,
    int DistinctSizes,
    long RefusedExchanges,
    long FalseSuspicions,
    long FalseDeclarations,
    long FalseRemovals,
    int NodesWronged,
    double? SuspectedSeconds,
    double? DeclaredSeconds,
    double? KnownToAllSeconds,
    long BytesMedian,
    long BytesP99,
    long BytesMost,
    long PacketsMedian,
    long Events,
    double WallSeconds,
    IReadOnlyList<SimAnchorMomentJson> Timeline);

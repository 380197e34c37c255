namespace Crux.Simulator.Anchors;

/// <summary>What an experiment with an anchor came to. Times are virtual; -1 stands for what did not happen.</summary>
public sealed record AnchorReport
{
    /// <summary>The seed that gives this history again.</summary>
    public required ulong Seed { get; init; }

    /// <summary>A hash over everything that happened, in order.</summary>
    public required ulong Trace { get; init; }

    /// <summary>Things that happened.</summary>
    public required long Events { get; init; }

    /// <summary>How many nodes there were.</summary>
    public required int Nodes { get; init; }

    /// <summary>From the start of the group (not of its seed) until each node reports all of them; 0 where all know all at the start.</summary>
    public required double SecondsToFullView { get; init; }

    /// <summary>Different sizes reported by any node, each asked once a second.</summary>
    public required int DistinctSizes { get; init; }

    /// <summary>Joins that the seed refused because too many were under way.</summary>
    public required long RefusedExchanges { get; init; }

    /// <summary>Suspicions of running nodes, over all views.</summary>
    public required long FalseSuspicions { get; init; }

    /// <summary>Suspicions of running nodes that ran out, at any node.</summary>
    public required long FalseDeclarations { get; init; }

    /// <summary>Times that any view lost a running node.</summary>
    public required long FalseRemovals { get; init; }

    /// <summary>Running nodes that at least one view lost.</summary>
    public required int NodesWronged { get; init; }

    /// <summary>From the crash until somebody suspects.</summary>
    public required double SecondsToSuspicion { get; init; }

    /// <summary>From the crash until somebody declares one dead.</summary>
    public required double SecondsToDeclaration { get; init; }

    /// <summary>From the crash until no view holds any that crashed.</summary>
    public required double SecondsToKnown { get; init; }

    /// <summary>What a node sent, headers included: median over nodes.</summary>
    public required long BytesMedian { get; init; }

    /// <summary>What a node sent, headers included: 99 of 100 sent no more.</summary>
    public required long BytesP99 { get; init; }

    /// <summary>What the busiest node sent, headers included.</summary>
    public required long BytesMost { get; init; }

    /// <summary>Datagrams and segments that a node sent: median over nodes.</summary>
    public required long PacketsMedian { get; init; }

    /// <summary>What was reported, second by second.</summary>
    public required IReadOnlyList<AnchorMoment> Timeline { get; init; }
}

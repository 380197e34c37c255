namespace Crux.Simulator.Anchors;

/// <summary>What can happen to an anchor's node.</summary>
internal enum AnchorEvent
{
    Boot,
    Crash,
    Gossip,
    ProbeDue,
    ProbeUnanswered,
    ProbeEnds,
    RelayUnanswered,
    SuspicionEnds,
    PushPullDue,
    JoinDue,
    ExchangeArrives,
    ExchangeAnswered,
    ExchangeReturns,
    Look,
}

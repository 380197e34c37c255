namespace Crux.Daemon.Tour;

/// <summary>The JSON summary of the tour; docs/up.md gives every key.</summary>
internal sealed record TourSummaryJson(
    int Nodes, double? SecondsToSettle, double? SecondsToLeader, double? SecondsToFirstCall, double? SecondsToRecover, double Seconds,
    long Calls, long Failed, long Indeterminate, IReadOnlyList<ActJson> Acts, IReadOnlyList<string> LeftOut, string? Problem, bool Ok);

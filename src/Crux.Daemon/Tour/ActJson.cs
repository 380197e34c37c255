namespace Crux.Daemon.Tour;

/// <summary>One act of the tour in the JSON summary.</summary>
internal sealed record ActJson(string Act, double Seconds, long Calls, long Failed, long Indeterminate, bool Ok);

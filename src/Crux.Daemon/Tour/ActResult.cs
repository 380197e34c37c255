namespace Crux.Daemon.Tour;

/// <summary>One act of the tour, for the summary.</summary>
/// <param name="Name">Short and stable: programs read it.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Counts">The calls that ended during it.</param>
/// <param name="Ok">Whether all that the act promises held.</param>
internal sealed record ActResult(string Name, double Seconds, CallCounts Counts, bool Ok);

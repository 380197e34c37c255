using System.Globalization;

namespace Crux.Simulator;

/// <summary>What a history came to.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Elapsed">Virtual time.</param>
/// <param name="Events">Events that happened.</param>
/// <param name="Sent">Datagrams sent.</param>
/// <param name="SentBytes">Their payload.</param>
/// <param name="Lost">Those that the network lost or cut, and those to addresses where nobody is.</param>
/// <param name="PeakPending">The most events that were pending at once.</param>
/// <param name="Trace">A hash over everything that happened, in order.</param>
/// <param name="Replays">Datagrams that came to a node which had accepted them before, in this life.</param>
/// <param name="ReplaysAccepted">Those of them that it accepted again.</param>
public sealed record SimulationReport(
    ulong Seed, TimeSpan Elapsed, long Events, long Sent, long SentBytes, long Lost, int PeakPending, ulong Trace, long Replays, long ReplaysAccepted)
{
    /// <summary>One line for a test's log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"seed {Seed}: {Elapsed.TotalSeconds:F1} s of virtual time, {Events:N0} events, {Sent:N0} datagrams ({SentBytes:N0} B), {Lost:N0} lost, trace {Trace:x16}");
}

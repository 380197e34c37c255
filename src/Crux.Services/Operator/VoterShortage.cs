using Crux.Machines.Flock.Election;

namespace Crux.Services.Operator;

/// <summary>Why nobody is elected, where that lasts: who is missing, and what to do.</summary>
internal static class VoterShortage
{
    /// <summary>A change of leader takes less than this, and is no news.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private const string Refound = "'crux flock refound --operator-key FILE'";

    /// <summary>What is wrong and what to do; null where a leader is elected, or is about to be.</summary>
    public static Finding? Of(FlockStanding standing)
    {
        if (standing.Election is not { UnledSince: { } since } election || standing.ReadAt - since < Grace)
            return null;
        if (election.Voters.IsEmpty)
        {
            return new("no-voters", true, $"No leader is elected any more: none of the voters of lineage {election.Lineage:x32} is heard of here.",
                $"Start the machines that voted; this node was started after they were lost, and can't name them. If they are lost for good: {Refound}.");
        }
        var missing = election.Voters.Where(voter => voter.Presence != VoterPresence.Here).ToList();
        if (!election.LacksMajority)
        {
            return new("no-election", true, $"No leader is elected, though {election.VotersHere} of {election.Voters.Length} voters are here{(missing.Count == 0 ? "" : $" (not {Names(missing)})")}.",
                "Look at their disks and at datagrams lost between them: 'journalctl -u fulcrum' there, 'crux status' for what was rejected or dropped.");
        }
        var needed = (election.Voters.Length / 2) + 1 - election.VotersHere;
        return new("no-majority", true,
            $"No fenced leader: {missing.Count} of {election.Voters.Length} voters are gone ({Names(missing)}). The registry takes no changes, and keys are not rotated.",
            $"Bring {needed} of them back with {(needed == 1 ? "its disk" : "their disks")}, or mend the network to them. If they are lost for good, disks and all: {Refound}.");
    }

    private static string Names(List<VoterReport> voters) =>
        string.Join(", ", voters.Select(voter => $"{voter.Name} at {voter.Address}{(voter.Presence == VoterPresence.Unreachable ? ", unreachable" : "")}"));
}

using Crux.Protos;

namespace Crux.Services.Operator;

/// <summary>What an operator should know without having asked. Each sentence ends in the command that tells more.</summary>
internal static class OperatorWarnings
{
    /// <summary>Unreadable datagrams are worth a word from one in this many on: a stray scanner is not, a wrong secret is.</summary>
    private const ulong RejectedShare = 20;

    /// <summary>Dropped datagrams are worth a word from one in this many on.</summary>
    private const ulong DroppedShare = 1000;

    public static IEnumerable<string> Of(GetStatusReply status, GroupSnapshot view, string ownName, IReadOnlyList<BootStep> boot, IReadOnlyList<string> unreachable, int logOverrides)
    {
        foreach (var step in boot.Where(step => step.State == BootState.Failed))
            yield return $"Start-up step '{step.Name}' failed: {step.Problem} See 'crux boot'.";
        if (!status.Booted && boot.FirstOrDefault(step => step.State is BootState.Waiting or BootState.Starting) is { } current)
            yield return $"Start-up is not done: '{current.Name}' {(current.WaitsFor.Length > 0 ? $"waits for {current.WaitsFor}" : "is starting")}. See 'crux boot'.";
        if (status.Node.Name != ownName)
            yield return $"Another node is called '{ownName}' too, so this one is listed as '{status.Node.Name}': give each a --name of its own. See 'crux members'.";
        if (status.LeaderId.IsEmpty)
            yield return "There is no leader. See 'crux leader'.";
        if (!status.Settled)
            yield return "The view has not settled yet. See 'crux watch'.";
        if (unreachable.Count > 0)
            yield return $"{Count(unreachable.Count, "member is", "members are")} unreachable ({string.Join(", ", unreachable.Take(3))}{(unreachable.Count > 3 ? ", …" : "")}). See 'crux members'.";
        if (status is { Settled: true, MembersAlive: 1, MembersUnreachable: 0 })
            yield return "This node is alone in its flock: other nodes need the same flock file, name and bloc, and an address in its range. See 'fulcrum check'.";
        if (status.Steward == StewardState.Absent)
            yield return "Steward is away: look-ups are answered from this node's cache. See 'crux leader'.";
        if (status.Steward == StewardState.Rebuilding)
            yield return "Steward is being rebuilt: what it lists is true, and not yet everything. See 'crux services'.";
        if (status.Traffic is { } traffic)
        {
            // The counters never forget: what was cured long ago is no news.
            if (traffic.DatagramsRejected * RejectedShare > traffic.DatagramsReceived && status.Unread.Where(source => source.Ago.ToTimeSpan() < Doctor.Recent && !IsMember(source, view)).ToList() is { Count: > 0 } recent)
            {
                yield return $"{traffic.DatagramsRejected} of {traffic.DatagramsReceived} datagrams could not be read"
                    + (recent.Any(source => Doctor.SpeaksOtherSecret(source.Why)) ? ": another secret, name or bloc is near. See 'fulcrum check'." : $", the last one from {recent[0].Address}: {recent[0].Why}. See 'crux doctor'.");
            }
            if (traffic.DatagramsDropped * DroppedShare > traffic.DatagramsReceived)
                yield return $"{traffic.DatagramsDropped} datagrams found the queue full: this machine is too busy. See 'crux watch'.";
        }
        if (logOverrides > 0)
            yield return $"{Count(logOverrides, "log level is", "log levels are")} overridden for a while. See 'crux log list'.";
    }

    // Who has just come has no keys at first, and can't read those who have.
    private static bool IsMember(UnreadSourceInfo source, GroupSnapshot view) => view.Members.Any(member => member.Status == MemberStatus.Alive && member.Address.ToString() == source.Address);

    private static string Count(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}

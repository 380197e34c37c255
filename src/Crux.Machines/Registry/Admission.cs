namespace Crux.Machines.Registry;

/// <summary>What a steward takes from one reeve, whatever it says.</summary>
internal sealed class Admission(StewardOptions options)
{
    /// <summary>What is wrong with a report, for the reeve's log; null where nothing is.</summary>
    /// <param name="reeve">Whose report it is.</param>
    /// <param name="entries">What it names.</param>
    /// <param name="count">How many entries its node would have then.</param>
    /// <param name="others">How many entries the steward holds of other nodes.</param>
    /// <param name="group">The steward's group.</param>
    public string? FindProblem(Attendance reeve, IReadOnlyList<ServiceEntry> entries, int count, int others, string group)
    {
        if (count > options.MaxEntriesPerNode)
            return $"It reports {count} entries, and {options.MaxEntriesPerNode} is the most for one node.";
        if (others + count > options.MaxEntries)
            return $"The steward holds {others} entries of other nodes, and {options.MaxEntries} is the most in all.";
        if (entries.FirstOrDefault(entry => entry.Node != reeve.Node) is { } foreign)
            return $"It reports {foreign.Instance} of node {foreign.Node.Brief}, and may speak of its own node only.";
        return entries.FirstOrDefault(entry => entry.Group != group) is { } stray
            ? $"It reports {stray.Instance} in group '{stray.Group}', and this is the steward of '{group}'."
            : null;
    }

    /// <summary>What is wrong with a list of apis to follow; null where nothing is.</summary>
    public string? FindProblem(InterestReport interest) =>
        interest.Apis.Length > options.MaxApisPerReeve ? $"It follows {interest.Apis.Length} apis, and {options.MaxApisPerReeve} is the most." : null;

    /// <summary>Whether there is room for what a former life of a reeve had registered: the grace gives nobody more than the limits.</summary>
    public bool HasRoom(int ofNode, int all) => ofNode <= options.MaxEntriesPerNode && all <= options.MaxEntries;
}

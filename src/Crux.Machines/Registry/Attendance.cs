namespace Crux.Machines.Registry;

/// <summary>What a steward knows of one node's reeve.</summary>
internal sealed class Attendance(NodeId node)
{
    private string _name = "";

    /// <summary>The node.</summary>
    public NodeId Node => node;

    /// <summary>Its open stream; 0 while it has none.</summary>
    public ulong Stream { get; set; }

    /// <summary>Whether it has told everything at least once.</summary>
    public bool IsHeard { get; set; }

    /// <summary>Which life of its reeve was heard last.</summary>
    public ulong Life { get; set; }

    /// <summary>Until when that life may not know yet all that runs on its node.</summary>
    public Instant IsYoungUntil { get; set; }

    /// <summary>Whether its changes follow each other without a gap since its last snapshot on this stream.</summary>
    public bool IsInStep { get; set; }

    /// <summary>Whether a snapshot was asked for on this stream and has not come in full.</summary>
    public bool IsAsked { get; set; }

    /// <summary>The node's name as its last entry had it, where that is the same: all of them share one string.</summary>
    public string Share(string name) => _name == name ? _name : _name = name;

    /// <summary>What it has registered.</summary>
    public OwnEntries Entries { get; } = new();

    /// <summary>The parts of a snapshot that have come; null between snapshots.</summary>
    public List<ServiceEntry>? Parts { get; set; }

    /// <summary>The apis that it follows; an empty name stands for all.</summary>
    public SortedSet<string> Follows { get; set; } = new(StringComparer.Ordinal);
}

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>What an election's message says besides its kind.</summary>
[Flags]
internal enum ElectionFlags : byte
{
    None = 0,

    /// <summary>Of a canvass and its answer: only a question, nobody is bound by it.</summary>
    Pre = 1,

    /// <summary>Of a canvass and its answer: it would begin a lineage.</summary>
    Founding = 2,

    /// <summary>Of an answer: yes.</summary>
    Granted = 4,

    /// <summary>Of a lease: the sender leads no more, and sets free whoever had promised it support.</summary>
    Abdicates = 8,

    /// <summary>Of support: the sender leaves, and agrees to be no voter any more.</summary>
    Leaves = 16,

    /// <summary>The lineage has had a leader.</summary>
    Born = 32,

    All = Pre | Founding | Granted | Abdicates | Leaves | Born,
}

using Crux.Machines.Flock.Codec;

namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>What voters say to each other; the numbers are those of <see cref="MessageKind"/>.</summary>
internal enum ElectionMessageKind : byte
{
    /// <summary>A leader asks for support.</summary>
    Lease = MessageKind.Lease,

    /// <summary>A voter's answer to that.</summary>
    Support = MessageKind.Support,

    /// <summary>A candidate asks for votes.</summary>
    Canvass = MessageKind.Canvass,

    /// <summary>A voter's answer to that.</summary>
    Vote = MessageKind.Vote,
}

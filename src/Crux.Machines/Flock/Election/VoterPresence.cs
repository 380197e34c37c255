namespace Crux.Machines.Flock.Election;

/// <summary>Whether a voter is there.</summary>
public enum VoterPresence
{
    /// <summary>It is a member that is heard.</summary>
    Here,

    /// <summary>It was silent together with many: a partition, or the loss of many.</summary>
    Unreachable,

    /// <summary>It is no member.</summary>
    Gone,
}

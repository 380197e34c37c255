namespace Crux.Simulator.Scenarios;

/// <summary>What a step can wait for.</summary>
public enum Goal
{
    /// <summary>One identical view and one leader in each part of the world, everybody settled.</summary>
    Rest,

    /// <summary>Every running node has the identical view of all running nodes of its flock.</summary>
    FullView,

    /// <summary>Full view, and every running node has the name and key of each; in a large flock the most never fetch all (docs/protocols/flock.md).</summary>
    Names,

    /// <summary>Full view, and all follow one leader.</summary>
    Leader,

    /// <summary>Full view, and all follow one fenced leader, whose lease holds.</summary>
    FencedLeader,

    /// <summary>Every running node has met a node of another flock of its secret, and told its operator.</summary>
    Alarmed,

    /// <summary>Every running node seals with the generation of keys that the operator ordered last, or a later one.</summary>
    NewKeys,
}

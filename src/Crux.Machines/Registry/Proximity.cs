namespace Crux.Machines.Registry;

/// <summary>Where an instance stands for the node that asks; nearer is less.</summary>
public enum Proximity
{
    /// <summary>On the asking node.</summary>
    SameNode = 1,

    /// <summary>On another node of its rack.</summary>
    SameRack = 2,

    /// <summary>Anywhere else.</summary>
    Elsewhere = 3,
}

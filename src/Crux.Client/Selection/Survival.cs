namespace Crux.Client.Selection;

/// <summary>What became of an instance whose node left the flock.</summary>
internal enum Survival
{
    /// <summary>Its node is there.</summary>
    Unasked,

    /// <summary>Asked, and not answered yet: no call is placed with it.</summary>
    Asked,

    /// <summary>It answered.</summary>
    Alive,

    /// <summary>It did not.</summary>
    Gone,
}

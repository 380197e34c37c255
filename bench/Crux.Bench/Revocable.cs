namespace Crux.Bench;

/// <summary>What can be taken from whoever has a stream open.</summary>
internal enum Revocable
{
    /// <summary>The rules forbid it.</summary>
    Rule,

    /// <summary>The caller's key.</summary>
    Key,

    /// <summary>The node that vouches for the caller.</summary>
    Node,
}

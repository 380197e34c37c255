namespace Crux.Daemon.Check;

/// <summary>What a check found.</summary>
internal enum Verdict
{
    /// <summary>All is well.</summary>
    Ok,

    /// <summary>It works, and could work better or may surprise.</summary>
    Warn,

    /// <summary>A node can't run like this.</summary>
    Fail,
}

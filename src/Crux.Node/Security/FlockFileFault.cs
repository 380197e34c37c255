namespace Crux.Node.Security;

/// <summary>What is wrong with a flock file.</summary>
public enum FlockFileFault
{
    /// <summary>Nothing is at the path.</summary>
    Missing,

    /// <summary>The file has no content.</summary>
    Empty,

    /// <summary>The file is not a flock file at all.</summary>
    NotAFlockFile,

    /// <summary>The file was made by another version of Crux.</summary>
    OtherVersion,

    /// <summary>The file lacks something, or its parts don't agree.</summary>
    Damaged,

    /// <summary>Users other than the owner may read or write the file, or replace it.</summary>
    Exposed,

    /// <summary>The file belongs to a user that this process has no reason to trust.</summary>
    ForeignOwner,

    /// <summary>The operating system does not let this process read the file.</summary>
    Unreadable,
}

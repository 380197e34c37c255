namespace Crux.Node.Security;

/// <summary>A flock file was refused. The message says why and what to do; it never holds any of the file's content.</summary>
public sealed class FlockFileException : Exception
{
    /// <summary>A refusal of the file at <paramref name="path"/>.</summary>
    public FlockFileException(string path, FlockFileFault fault, string message, Exception? cause = null) : base(message, cause) =>
        (Path, Fault) = (path, fault);

    /// <summary>The file that was refused.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it.</summary>
    public FlockFileFault Fault { get; }
}

namespace Crux.Node.Security;

/// <summary>
/// Writes small files whole or not at all: to a temporary file beside the target, flushed, renamed over it, and the directory
/// flushed. After a crash at any point the old content or the new one is there, never a part.
/// </summary>
public static class DurableFile
{
    /// <summary>What holds a secret is for its owner alone.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The rights that nobody else may have on such a file.</summary>
    public const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Puts <paramref name="content"/> at <paramref name="path"/>, replacing what is there, mode 0600.</summary>
    /// <exception cref="IOException">The disk refuses; what was at <paramref name="path"/> is as it was.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content) => Write(path, content, overwrite: true);

    /// <summary>Puts <paramref name="content"/> at <paramref name="path"/>, mode 0600; a file that is there already stays and is an error.</summary>
    /// <exception cref="IOException">Something is there already, or the disk refuses.</exception>
    public static void Create(string path, ReadOnlySpan<byte> content) => Write(path, content, overwrite: false);

    private static void Write(string path, ReadOnlySpan<byte> content, bool overwrite)
    {
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full) ?? throw new IOException($"{path} is a directory: name a file in it.");
        if (!overwrite && File.Exists(full))
            throw new IOException($"{path} is there already: move it away first, or choose another name.");
        var temporary = $"{full}.{Path.GetRandomFileName()}.tmp";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        try
        {
            using (var file = new FileStream(temporary, options))
            {
                // A strict umask may only take rights away; this asserts the mode whatever it is.
                File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        Posix.FlushDirectory(directory);
    }
}

using System.Text;

namespace Crux.Node.Security;

/// <summary>Reads a file that holds a secret, after checking that nobody but its owner could have read or replaced it.</summary>
internal static class SecretFile
{
    private const uint Root = 0;

    /// <summary>The content of the flock file at <paramref name="path"/>.</summary>
    /// <exception cref="FlockFileException">It is missing, too long, exposed, or can't be read.</exception>
    public static string Read(string path, int maxBytes)
    {
        if (Directory.Exists(path))
            throw new FlockFileException(path, FlockFileFault.NotAFlockFile, $"{path} is a directory. Name the flock file in it.");
        if (!File.Exists(path))
        {
            throw new FlockFileException(path, FlockFileFault.Missing,
                $"There is no flock file at {path}. Make one with 'crux secret new NAME', put NAME.flock there on every machine, and 'chmod 600' it.");
        }
        try
        {
            CheckGuard(path);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > maxBytes)
            {
                throw new FlockFileException(path, FlockFileFault.NotAFlockFile,
                    $"{path} is not a flock file: it has {file.Length} bytes and a flock file at most {maxBytes}. Give the NAME.flock file that 'crux secret new' made.");
            }
            using var reader = new StreamReader(file, Encoding.ASCII);
            return reader.ReadToEnd();
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            throw new FlockFileException(path, FlockFileFault.Unreadable,
                $"The flock file {path} can't be read: {problem.Message} Make the user that runs fulcrum its owner: 'chown USER {path}'.", problem);
        }
    }

    /// <summary>Whether <paramref name="us"/> may rely on what user <paramref name="owner"/> wrote.</summary>
    internal static bool Trusts(uint owner, uint us) => owner == Root || owner == us;

    private static void CheckGuard(string path)
    {
        var mode = File.GetUnixFileMode(path);
        if ((mode & DurableFile.Others) != 0)
        {
            throw new FlockFileException(path, FlockFileFault.Exposed,
                $"The flock file {path} has mode {Octal(mode)}: others than its owner can read or change it. Run 'chmod 600 {path}'. "
                + "If somebody may have read it, make a new secret with 'crux secret new'.");
        }
        var owner = Posix.OwnerOf(path);
        if (!Trusts(owner, Posix.EffectiveUser))
        {
            throw new FlockFileException(path, FlockFileFault.ForeignOwner,
                $"The flock file {path} belongs to user {owner}, who is neither root nor the user that runs fulcrum ({Posix.EffectiveUser}). "
                + $"Run 'chown {Posix.EffectiveUser} {path}'.");
        }
        var directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        var parent = File.GetUnixFileMode(directory);
        // A sticky directory such as /tmp is open to all, and still lets nobody replace what is another's.
        if ((parent & UnixFileMode.OtherWrite) != 0 && (parent & UnixFileMode.StickyBit) == 0)
        {
            throw new FlockFileException(path, FlockFileFault.Exposed,
                $"The directory {directory} has mode {Octal(parent)}: anybody could put another file in the place of {path}. Run 'chmod o-w {directory}'.");
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');
}

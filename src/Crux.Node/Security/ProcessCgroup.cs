namespace Crux.Node.Security;

/// <summary>Reads which cgroup a process is in. Only the hierarchy of version 2 counts: it is the one that systemd keeps services in, and each process has one place there.</summary>
internal static class ProcessCgroup
{
    /// <summary>Where the kernel tells of processes.</summary>
    public const string ProcPath = "/proc";

    private const string Version2 = "0::";
    private const string Removed = " (deleted)";
    private const string Outside = "/..";

    /// <summary>The cgroup that a file like <c>/proc/PID/cgroup</c> names; null where it names none that counts, and then why.</summary>
    /// <exception cref="IOException">There is no such process.</exception>
    public static (string? Path, string Problem) Find(string file)
    {
        foreach (var line in File.ReadLines(file))
        {
            if (!line.StartsWith(Version2, StringComparison.Ordinal))
                continue;
            var path = line[Version2.Length..];
            return path.StartsWith(Outside, StringComparison.Ordinal) ? (null, "it is outside of the cgroup namespace that fulcrum runs in")
                : path.EndsWith(Removed, StringComparison.Ordinal) ? (null, "its cgroup was removed")
                : (path, "");
        }
        return (null, "this machine has cgroups of version 1 alone");
    }

    /// <summary>Whether the machine has that hierarchy at all.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static bool IsKnown(string proc = ProcPath) => File.ReadLines($"{proc}/self/cgroup").Any(line => line.StartsWith(Version2, StringComparison.Ordinal));
}

using System.Globalization;

namespace Crux.System.Tests.Lab;

/// <summary>A temporary directory named for the process that made it; those of dead runs are swept away by the next one.</summary>
internal sealed class LabDirectory : IDisposable
{
    private const string Prefix = "crux-lab-";

    public LabDirectory()
    {
        Sweep();
        // Short, because a Unix socket's path has 107 bytes.
        Path = Directory.CreateDirectory(
            global::System.IO.Path.Combine(global::System.IO.Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    public string Path { get; }

    public string In(string name) => global::System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // Keep what a person asked to see after a failed test.
        if (Environment.GetEnvironmentVariable("CRUX_LAB_KEEP") is not "1")
            Directory.Delete(Path, recursive: true);
    }

    private static void Sweep()
    {
        foreach (var path in Directory.EnumerateDirectories(global::System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var name = global::System.IO.Path.GetFileName(path)[Prefix.Length..];
            var dash = name.IndexOf('-', StringComparison.Ordinal);
            if (dash <= 0 || !int.TryParse(name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || Directory.Exists($"/proc/{pid}"))
                continue;
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another run sweeps at the same time, or another user's run made it.
            }
        }
    }
}

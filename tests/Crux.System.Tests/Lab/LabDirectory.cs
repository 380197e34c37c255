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
        var name = $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";
        FullName = Directory.CreateDirectory(
            Path.Combine(Path.GetTempPath(), name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    public string FullName { get; }

    public string In(string name) => Path.Combine(FullName, name);

    public void Dispose()
    {
        // Keep what a person asked to see after a failed test.
        if (Environment.GetEnvironmentVariable("CRUX_LAB_KEEP") is not "1")
            Directory.Delete(FullName, recursive: true);
    }

    private static void Sweep()
    {
        foreach (var path in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var name = Path.GetFileName(path)[Prefix.Length..];
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

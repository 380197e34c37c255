using Crux.Node.Security;

namespace Crux.Daemon.Tests;

/// <summary>What one test's daemons need: a directory, a flock file, and loopback addresses of its own.</summary>
internal sealed class DaemonFiles : IDisposable
{
    private static int s_count;

    private readonly uint _base = 0x7F00_0000u | (((uint)Environment.ProcessId % 96 + 130) << 16) | (uint)(Interlocked.Increment(ref s_count) << 3);

    public DaemonFiles()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("fulcrum").FullName;
        FlockFilePath = Path.Combine(Directory, "mill.flock");
        using var key = OperatorKey.Create();
        FlockFile.Create(key.PublicKey).Write(FlockFilePath);
    }

    public string Directory { get; }

    public string FlockFilePath { get; }

    public string AddressOf(int number) => NetAddress.V4(_base + (uint)number, 0).ToIPAddress().ToString();

    public string[] Flags(string command, int number) =>
    [
        command, "--flock", "mill", "--bloc", "tests", "--flock-file", FlockFilePath, "--address", AddressOf(number),
        "--range", new AddressRange(_base, 29).ToString(), "--name", $"node{number}", "--state", $"state{number}", "--socket", $"{number}.sock",
    ];

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

using System.Collections;
using System.Reflection;
using System.Runtime;
using System.Runtime.InteropServices;

namespace Crux.Cli;

/// <summary>
/// How .NET runs a large simulation: thousands of nodes are a heap of gigabytes, which all cores should clean up, and seldom, and a loop
/// of a minute pays for a second look of the compiler. Every other command is over in a tenth of a second and wants the opposite. It can't be
/// changed once a process runs, so that begins anew: the same process, with the same arguments.
/// </summary>
internal static partial class SimulationRuntime
{
    /// <summary>Nodes of all seeds together from which it pays. A thousand are over half a second sooner without it.</summary>
    public const int LeastNodes = 3_000;

    private const string Self = "/proc/self/exe";
    private const string ServerHeap = "DOTNET_gcServer";

    private static readonly (string Name, string Value)[] _settings = [(ServerHeap, "1"), ("DOTNET_GCDynamicAdaptationMode", "0"), ("DOTNET_TieredPGO", "1")];

    // Whoever sets it, the user or this, has decided; and a host that only uses these commands is not to be replaced by one.
    private static bool IsUndecided =>
        !GCSettings.IsServerGC && Environment.GetEnvironmentVariable(ServerHeap) is null && Assembly.GetEntryAssembly() == typeof(SimulationRuntime).Assembly;

    /// <summary>Begins anew where so many nodes want it. Returns where they don't, and where it can't be done: a simulation is right without it, and slower.</summary>
    public static void Choose(int nodes, int seeds)
    {
        if ((long)nodes * seeds < LeastNodes || !IsUndecided || !File.Exists(Self))
            return;
        var arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value);
        foreach (var (name, value) in _settings)
            environment.TryAdd(name, value);
        _ = Execute(Self, [.. arguments, null], [.. environment.Select(it => $"{it.Key}={it.Value}"), null]);
    }

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}

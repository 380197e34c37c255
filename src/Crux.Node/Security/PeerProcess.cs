using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Crux.Node.Security;

/// <summary>
/// The process that opened a connection to the Unix socket, as the kernel says: its user as it was then, and the cgroup that it is in now. A number of a
/// process is given again when it has ended, so the kernel's own handle on it is asked for (Linux 6.5), and where there is none, when it started.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerProcess
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int PeerHandle = 77;
    private const int CredentialBytes = 12;
    private const int UserOffset = 4;
    private const int StartedField = 19;
    private const string PidKey = "Pid:";
    private const string Ended = "the process that opened the connection has ended";
    private const string Elsewhere = "its process can't be seen from here: it is in another namespace";

    private readonly Socket _socket;
    private readonly string _proc;
    private readonly string? _startedAt;

    private PeerProcess(Socket socket, string proc, bool hasHandle)
    {
        (_socket, _proc) = (socket, proc);
        Span<byte> credentials = stackalloc byte[CredentialBytes];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        (Pid, User) = (MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[UserOffset..]));
        HasHandle = hasHandle;
        if (!hasHandle)
            _startedAt = StartOf(proc, Pid);
    }

    /// <summary>The user that it acted as when it connected.</summary>
    public uint User { get; }

    /// <summary>Its number; 0 where it is in another namespace.</summary>
    public int Pid { get; }

    /// <summary>Whether the kernel gives a handle on it, which no other process can take over.</summary>
    public bool HasHandle { get; }

    /// <summary>Call it when the connection is accepted: without a handle, whoever has the number then is taken for who connected.</summary>
    public static PeerProcess Of(Socket socket)
    {
        using var handle = Open(socket, out var isKnown);
        return new(socket, ProcessCgroup.ProcPath, isKnown);
    }

    /// <summary>As on a kernel without handles, or with other files than the kernel's.</summary>
    internal static PeerProcess Of(Socket socket, string proc, bool hasHandle) => new(socket, proc, hasHandle);

    /// <summary>The cgroup that it is in at this moment; null where that can't be known, and then why.</summary>
    public (string? Path, string Problem) FindCgroup()
    {
        try
        {
            return HasHandle ? ByHandle() : ByStart();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, Directory.Exists($"{_proc}/{Pid}") ? $"{_proc}/{Pid}/cgroup can't be read ({failure.Message})" : $"{Ended}, or {_proc} is mounted with hidepid");
        }
    }

    private (string? Path, string Problem) ByHandle()
    {
        using var handle = Open(_socket, out _);
        var pid = handle is null ? -1 : PidOf(handle);
        if (pid <= 0)
            return (null, pid == 0 ? Elsewhere : Ended);
        var found = ProcessCgroup.Find($"{_proc}/{pid}/cgroup");
        // Still there, so the number was its own while the file was read.
        return PidOf(handle!) == pid ? found : (null, Ended);
    }

    private (string? Path, string Problem) ByStart()
    {
        if (Pid == 0)
            return (null, Elsewhere);
        if (_startedAt is null || StartOf(_proc, Pid) != _startedAt)
            return (null, Ended);
        var found = ProcessCgroup.Find($"{_proc}/{Pid}/cgroup");
        return StartOf(_proc, Pid) == _startedAt ? found : (null, Ended);
    }

    // Null where it has ended, or where the kernel has no such thing.
    private static SafeFileHandle? Open(Socket socket, out bool isKnown)
    {
        isKnown = true;
        try
        {
            Span<byte> number = stackalloc byte[sizeof(int)];
            socket.GetRawSocketOption(SocketLevel, PeerHandle, number);
            return new SafeFileHandle(MemoryMarshal.Read<int>(number), ownsHandle: true);
        }
        catch (SocketException failure)
        {
            isKnown = failure.SocketErrorCode != SocketError.ProtocolOption;
            return null;
        }
    }

    // A process that was waited for has none any more, and says so by -1.
    private static int PidOf(SafeFileHandle handle)
    {
        foreach (var line in File.ReadLines($"{ProcessCgroup.ProcPath}/self/fdinfo/{handle.DangerousGetHandle()}"))
        {
            if (line.StartsWith(PidKey, StringComparison.Ordinal))
                return int.Parse(line.AsSpan(PidKey.Length).Trim(), CultureInfo.InvariantCulture);
        }
        return 0;
    }

    // In ticks since the machine was switched on. What stands before it may hold anything, blanks and brackets too.
    private static string? StartOf(string proc, int pid)
    {
        try
        {
            var stat = File.ReadAllText($"{proc}/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartedField];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

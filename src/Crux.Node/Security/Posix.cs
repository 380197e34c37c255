using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Crux.Node.Security;

/// <summary>The few calls of libc that .NET does not offer: a file's owner, and a directory that can be flushed.</summary>
internal static partial class Posix
{
    private const int AtCurrentDirectory = -100;
    private const uint StatxBasics = 0x7FF;
    private const int StatxBytes = 256;
    private const int StatxOwnerOffset = 20;
    private const int StatxModeOffset = 28;
    private const int ModeKind = 0xF000;
    private const int ModeSocket = 0xC000;
    private const int OpenDirectory = 0x10000;
    private const int OpenCloseOnExec = 0x80000;

    /// <summary>The user that this process acts as.</summary>
    public static uint EffectiveUser => GetEffectiveUser();

    /// <summary>The user id of the owner of <paramref name="path"/>; links are followed.</summary>
    /// <exception cref="IOException">The file can't be looked at.</exception>
    public static uint OwnerOf(string path) => MemoryMarshal.Read<uint>(StatOf(path)[StatxOwnerOffset..]);

    /// <summary>Whether a socket is at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The file can't be looked at.</exception>
    public static bool IsSocket(string path) => (MemoryMarshal.Read<ushort>(StatOf(path)[StatxModeOffset..]) & ModeKind) == ModeSocket;

    /// <summary>Puts a directory's entries on disk, so that a rename in it survives a power cut.</summary>
    /// <exception cref="IOException">The directory can't be opened or flushed.</exception>
    public static void FlushDirectory(string path)
    {
        using var handle = Open(path, OpenDirectory | OpenCloseOnExec);
        if (handle.IsInvalid)
            throw Failed($"Directory {path} can't be opened");
        if (Flush(handle) != 0)
            throw Failed($"Directory {path} can't be flushed");
    }

    private static ReadOnlySpan<byte> StatOf(string path)
    {
        // struct statx is laid out alike on every processor, which struct stat is not.
        var stat = new byte[StatxBytes];
        return Statx(AtCurrentDirectory, path, 0, StatxBasics, stat) == 0 ? stat : throw Failed($"{path} can't be looked at");
    }

    private static IOException Failed(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(SafeFileHandle handle);
}

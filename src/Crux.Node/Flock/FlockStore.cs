using System.Buffers.Binary;
using System.Numerics;
using Crux.Machines.Flock.Durable;
using Crux.Node.Security;

namespace Crux.Node.Flock;

/// <summary>
/// What a node's flock machine keeps on disk: a small file for each kind of state, under the state directory's
/// <c>flock/BLOC/NAME</c>, mode 0600. Each flock has its own, so a node that is started in another one takes nothing along.
/// </summary>
/// <remarks>
/// A file: magic (4), version (1), kind (1), two zero bytes, length of the content (4), content, CRC-32C of all before (4), big-endian.
/// Each write replaces the whole file and survives a power cut at any point; see <see cref="DurableFile"/>. Thread-safe for different kinds.
/// </remarks>
public sealed class FlockStore
{
    /// <summary>The directory below the state directory.</summary>
    public const string DirectoryName = "flock";

    private const byte Version = 1;
    private const int HeadBytes = 12;
    private const int SumBytes = sizeof(uint);
    private const UnixFileMode OwnDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _directory;

    private FlockStore(string directory, FlockMemory memory) => (_directory, Memory) = (directory, memory);

    /// <summary>What was on disk when this store was opened.</summary>
    public FlockMemory Memory { get; }

    private static ReadOnlySpan<byte> Magic => "cxfl"u8;

    /// <summary>Reads what is there, and makes the directory where nothing is.</summary>
    /// <exception cref="NodeStartException">A file is damaged, or the directory can't be used; the message says what to do.</exception>
    public static FlockStore Open(string stateDirectory, BlocId bloc, string flock)
    {
        var directory = Path.Combine(stateDirectory, DirectoryName, bloc.Name, flock);
        try
        {
            // Only the last one gets the mode: the node's key stands in the first, and is guarded by its own.
            Directory.CreateDirectory(Path.GetDirectoryName(directory)!, OwnDirectory);
            Directory.CreateDirectory(directory, OwnDirectory);
            // Left by a write that a power cut ended: its rename never came, so nobody was told that it was there.
            foreach (var leftover in Directory.EnumerateFiles(directory, "*.tmp"))
                File.Delete(leftover);
            var memory = new FlockMemory();
            foreach (var kind in Enum.GetValues<DurableKind>())
            {
                if (Read(PathOf(directory, kind), kind) is { } content)
                    memory.With(kind, content);
            }
            return new FlockStore(directory, memory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(
                $"What this node keeps of its flock, in {directory}, can't be used: {problem.Message} Make it readable and writable for the user that runs fulcrum.", problem);
        }
    }

    /// <summary>Where a kind of state is kept.</summary>
    public string PathOf(DurableKind kind) => PathOf(_directory, kind);

    /// <summary>Puts a state on disk; it is there for good when this returns.</summary>
    /// <exception cref="IOException">The disk refuses; the state before is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written; the state before is as it was.</exception>
    public void Write(DurableKind kind, ReadOnlySpan<byte> content)
    {
        var file = new byte[HeadBytes + content.Length + SumBytes];
        Magic.CopyTo(file);
        (file[4], file[5]) = (Version, (byte)kind);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), content.Length);
        content.CopyTo(file.AsSpan(HeadBytes));
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(^SumBytes), SumOf(file.AsSpan(..^SumBytes)));
        DurableFile.Replace(PathOf(kind), file);
    }

    /// <summary>What is to be done about a state that can't be read.</summary>
    public static string Cure(DurableKind kind) => kind switch
    {
        DurableKind.Vote =>
            "Restore it from a backup of this very machine that is newer than its last start; or, to come back as a new node, move it and "
            + $"{NodeKeyStore.FileName} away and start again. Never remove it alone: a node that forgets its vote may vote twice.",
        DurableKind.Keys => "Move it away and start again: the node then asks its flock to be admitted anew.",
        DurableKind.Birth => "Copy it from any other node of the flock; where there is none, restore it from a backup.",
        DurableKind.Boots => "Move it away and start again: it counts starts, and nothing hangs on it but which of two copies of one machine was there first.",
        DurableKind.Attributes => "Move it away and start again, and set this node's attributes anew with 'crux node set'.",
        _ => "Move it away and start again: the node then learns from the others what the operator ordered.",
    };

    private static string PathOf(string directory, DurableKind kind) => Path.Combine(directory, kind switch
    {
        DurableKind.Vote => "vote",
        DurableKind.Keys => "keys",
        DurableKind.Birth => "birth",
        DurableKind.Orders => "orders",
        DurableKind.Attributes => "attributes",
        DurableKind.Boots => "boots",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    });

    private static ReadOnlyMemory<byte>? Read(string path, DurableKind kind)
    {
        if (!File.Exists(path))
            return null;
        if ((File.GetUnixFileMode(path) & ~DurableFile.OwnerOnly) != 0)
            throw new NodeStartException($"{path} can be read or changed by others than its owner. Run 'chmod 600 {path}'.");
        if (new FileInfo(path).Length > HeadBytes + FlockMemory.MaxContentBytes + SumBytes)
            throw Damaged(path, kind, "it is too long");
        var file = File.ReadAllBytes(path);
        if (file.Length < HeadBytes + SumBytes || !file.AsSpan(0, 4).SequenceEqual(Magic) || file[5] != (byte)kind)
            throw Damaged(path, kind, "it is no file of this kind");
        if (file[4] != Version)
            throw new NodeStartException($"{path} was written by a later version of Crux, and this one can't read it: install that version again.");
        if (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(8)) != file.Length - HeadBytes - SumBytes
            || BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(^SumBytes)) != SumOf(file.AsSpan(..^SumBytes)))
            throw Damaged(path, kind, "its check sum does not fit");
        return file.AsMemory(HeadBytes..^SumBytes);
    }

    private static NodeStartException Damaged(string path, DurableKind kind, string why) => new($"{path} is damaged: {why}. {Cure(kind)}");

    internal static uint SumOf(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var one in bytes)
            sum = BitOperations.Crc32C(sum, one);
        return ~sum;
    }
}

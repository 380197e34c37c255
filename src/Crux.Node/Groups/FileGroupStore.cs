using System.Buffers.Binary;
using Crux.Node.Flock;
using Crux.Node.Security;
using Crux.Services.Trust;

namespace Crux.Node.Groups;

/// <summary>
/// A group's intent on this node's disk: a file for each key, mode 0600, under <c>flock/BLOC/NAME/group</c> of the state directory.
/// Every write replaces the whole file and survives a power cut at any point; see <see cref="DurableFile"/>.
/// </summary>
/// <remarks>A file: magic (4), version (1), three zero bytes, length of the content (4), content, CRC-32C of all before (4), big-endian.</remarks>
public sealed class FileGroupStore : IGroupStore
{
    /// <summary>The directory below the flock's.</summary>
    public const string DirectoryName = "group";

    /// <summary>The longest content.</summary>
    public const int MaxContentBytes = 16 << 20;

    private const byte Version = 1;
    private const int HeadBytes = 12;
    private const int SumBytes = sizeof(uint);

    private readonly string _directory;

    private FileGroupStore(string directory) => _directory = directory;

    private static ReadOnlySpan<byte> Magic => "cxgr"u8;

    /// <summary>Opens the store of a flock, and makes its directory where there is none.</summary>
    /// <exception cref="NodeStartException">The directory can't be used; the message says what to do.</exception>
    public static FileGroupStore Open(string stateDirectory, BlocId bloc, string flock)
    {
        var directory = Path.Combine(stateDirectory, FlockStore.DirectoryName, bloc.Name, flock, DirectoryName);
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Left by a write that a power cut ended: its rename never came, so nobody was told that it was there.
            foreach (var leftover in Directory.EnumerateFiles(directory, "*.tmp"))
                File.Delete(leftover);
            return new FileGroupStore(directory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(
                $"What this node keeps of its flock's rules, in {directory}, can't be used: {problem.Message} Make it readable and writable for the user that runs fulcrum.", problem);
        }
    }

    /// <summary>Where a key's content lies.</summary>
    public string PathOf(string key) => NameRules.Holds(key) ? Path.Combine(_directory, key) : throw new ArgumentException($"A key needs {NameRules.InWords}.", nameof(key));

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? Read(string key)
    {
        var path = PathOf(key);
        if (!File.Exists(path))
            return null;
        try
        {
            if ((File.GetUnixFileMode(path) & ~DurableFile.OwnerOnly) != 0)
                throw new GroupStoreException($"{path} can be read or changed by others than its owner. Run 'chmod 600 {path}'.");
            if (new FileInfo(path).Length > HeadBytes + MaxContentBytes + SumBytes)
                throw Damaged(path, "it is too long");
            var file = File.ReadAllBytes(path);
            if (file.Length < HeadBytes + SumBytes || !file.AsSpan(0, 4).SequenceEqual(Magic))
                throw Damaged(path, "it is no file of this kind");
            if (file[4] != Version)
                throw new GroupStoreException($"{path} was written by a later version of Crux, and this one can't read it: install that version again.");
            if (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(8)) != file.Length - HeadBytes - SumBytes
                || BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(^SumBytes)) != FlockStore.SumOf(file.AsSpan(..^SumBytes)))
                throw Damaged(path, "its check sum does not fit");
            return file.AsMemory(HeadBytes..^SumBytes);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new GroupStoreException($"{path} can't be read: {problem.Message} Make it readable for the user that runs fulcrum.", problem);
        }
    }

    /// <inheritdoc/>
    public void Write(string key, ReadOnlySpan<byte> value)
    {
        var file = new byte[HeadBytes + value.Length + SumBytes];
        Magic.CopyTo(file);
        file[4] = Version;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), value.Length);
        value.CopyTo(file.AsSpan(HeadBytes));
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(^SumBytes), FlockStore.SumOf(file.AsSpan(..^SumBytes)));
        DurableFile.Replace(PathOf(key), file);
    }

    private static GroupStoreException Damaged(string path, string why) => new(
        $"{path} is damaged: {why}. Copy it from any other node of the flock, or move it away and start again: the node then gets it from the others, and until it has, its services answer nobody.");
}

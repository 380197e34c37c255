using System.Buffers.Binary;
using Crux.Node.Flock;
using Crux.Node.Security;
using Crux.Services.Health;
using Microsoft.Win32.SafeHandles;

namespace Crux.Node.Groups;

/// <summary>
/// The availability history on this node's disk: <c>flock/BLOC/NAME/health</c> of the state directory, mode 0600. It is added to, and begun anew
/// now and then; nothing in it is needed to run, so damage is told and ends nothing.
/// </summary>
/// <remarks>
/// Magic (4), version (1), three zero bytes; then entries: length of the update (4), when it was written (8), the update, CRC-32C of all of
/// the entry before (4), big-endian.
/// </remarks>
internal sealed class HealthJournalFile : IHealthJournal
{
    /// <summary>The longest update: a part of a book.</summary>
    public const int MaxUpdateBytes = 16 << 20;

    private const byte Version = 1;
    private const int FileHeadBytes = 8;
    private const int HeadBytes = 12;
    private const int SumBytes = sizeof(uint);

    private readonly string _path;
    private SafeFileHandle? _file;
    private long _length;

    private HealthJournalFile(string path) => _path = path;

    /// <inheritdoc/>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public long WholeBytes { get; private set; }

    /// <inheritdoc/>
    public long AddedBytes => _length - WholeBytes;

    private static ReadOnlySpan<byte> Magic => "cxhh"u8;

    /// <summary>The journal of a flock; nothing is read or made yet.</summary>
    public static HealthJournalFile Open(string stateDirectory, BlocId bloc, string flock) =>
        new(Path.Combine(stateDirectory, FlockStore.DirectoryName, bloc.Name, flock, "health"));

    /// <inheritdoc/>
    public IEnumerable<KeptHealth> Read()
    {
        using var file = Begin();
        if (file is null)
            yield break;
        var head = new byte[HeadBytes];
        while (Next(file, head) is { } entry)
            yield return entry;
    }

    /// <inheritdoc/>
    public void Append(IReadOnlyList<KeptHealth> entries)
    {
        var file = _file ??= Open();
        var at = _length;
        try
        {
            foreach (var entry in entries)
            {
                var bytes = Shape(entry);
                RandomAccess.Write(file, bytes, at);
                at += bytes.Length;
            }
        }
        catch
        {
            // A part that was written would end the reading there, and with it all that comes later.
            Cut();
            throw;
        }
        _length = at;
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_file is { } file)
            RandomAccess.FlushToDisk(file);
    }

    /// <inheritdoc/>
    public void Replace(IEnumerable<KeptHealth> entries)
    {
        var temporary = $"{_path}.tmp";
        var length = 0L;
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                File.SetUnixFileMode(file, DurableFile.OwnerOnly);
                length = Write(file, Head(), length);
                foreach (var entry in entries)
                    length = Write(file, Shape(entry), length);
                RandomAccess.FlushToDisk(file);
            }
            File.Move(temporary, _path, overwrite: true);
            Posix.FlushDirectory(Path.GetDirectoryName(_path)!);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        _file?.Dispose();
        _file = null;
        (_length, WholeBytes) = (length, length);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private FileStream? Begin()
    {
        var file = default(FileStream);
        try
        {
            if (!File.Exists(_path))
                return null;
            file = File.OpenRead(_path);
            var head = new byte[FileHeadBytes];
            if (file.ReadAtLeast(head, FileHeadBytes, throwOnEndOfStream: false) == FileHeadBytes && head.AsSpan().SequenceEqual(Head()))
            {
                _length = WholeBytes = FileHeadBytes;
                return file;
            }
            Problem = $"{_path} is no file of this kind and version; it is written anew.";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Problem = $"{_path} can't be read, and is written anew: {problem.Message}";
        }
        file?.Dispose();
        return null;
    }

    // The next entry; null at the end, or where the rest can't be read.
    private KeptHealth? Next(FileStream file, byte[] head)
    {
        try
        {
            if (ReadEntry(file, head) is { } entry)
            {
                WholeBytes = _length += HeadBytes + entry.Update.Length + SumBytes;
                return entry;
            }
            if (_length < file.Length)
                Problem = $"the last {file.Length - _length} of its {file.Length} bytes could not be read, after a power cut or by damage; what was before them is there.";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Problem = $"{_path} could be read only in part: {problem.Message}";
        }
        return null;
    }

    private static KeptHealth? ReadEntry(FileStream file, byte[] head)
    {
        if (file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes)
            return null;
        var size = BinaryPrimitives.ReadInt32BigEndian(head);
        if (size is < 0 or > MaxUpdateBytes || size + SumBytes > file.Length - file.Position)
            return null;
        var rest = new byte[HeadBytes + size + SumBytes];
        head.CopyTo(rest, 0);
        file.ReadExactly(rest.AsSpan(HeadBytes));
        return BinaryPrimitives.ReadUInt32BigEndian(rest.AsSpan(^SumBytes)) == FlockStore.SumOf(rest.AsSpan(..^SumBytes))
            ? new KeptHealth(BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(sizeof(int))), rest.AsMemory(HeadBytes, size))
            : null;
    }

    private SafeFileHandle Open()
    {
        var file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write);
        try
        {
            File.SetUnixFileMode(file, DurableFile.OwnerOnly);
            // What lies behind the last entry that could be read is of no use to anybody.
            RandomAccess.SetLength(file, _length);
            if (_length == 0)
            {
                _length = WholeBytes = Write(file, Head(), 0);
                Posix.FlushDirectory(Path.GetDirectoryName(_path)!);
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Cut()
    {
        try
        {
            RandomAccess.SetLength(_file!, _length);
        }
        catch (IOException)
        {
            // Then the next start reads as far as it is right.
        }
    }

    private static long Write(SafeFileHandle file, byte[] bytes, long at)
    {
        RandomAccess.Write(file, bytes, at);
        return at + bytes.Length;
    }

    private static byte[] Head() => [.. Magic, Version, 0, 0, 0];

    private static byte[] Shape(KeptHealth entry)
    {
        var bytes = new byte[HeadBytes + entry.Update.Length + SumBytes];
        BinaryPrimitives.WriteInt32BigEndian(bytes, entry.Update.Length);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(int)), entry.AtUnixMs);
        entry.Update.Span.CopyTo(bytes.AsSpan(HeadBytes));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(^SumBytes), FlockStore.SumOf(bytes.AsSpan(..^SumBytes)));
        return bytes;
    }
}

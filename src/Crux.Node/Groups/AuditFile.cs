using System.Buffers.Binary;
using Crux.Machines.Flock.Authority;
using Crux.Node.Flock;
using Crux.Node.Security;
using Crux.Services.Trust;

namespace Crux.Node.Groups;

/// <summary>
/// The record of the operator's orders on this node's disk, which only grows: <c>flock/BLOC/NAME/audit</c> of the state directory, mode 0600. Each entry is on
/// disk for good before the next one. At its limit it is put aside as <c>audit.old</c>, in place of the one before.
/// </summary>
/// <remarks>An entry: length of the order (4), when it was taken (8), the order, CRC-32C of all before (4), big-endian.</remarks>
internal sealed class AuditFile
{
    /// <summary>The length at which a new file is begun: some 20,000 orders.</summary>
    public const int MaxBytes = 8 << 20;

    private const int HeadBytes = 12;
    private const int SumBytes = sizeof(uint);

    private readonly string _path;

    private AuditFile(string path) => _path = path;

    /// <summary>What the file held when it was opened, oldest first.</summary>
    public IReadOnlyList<TakenOrder> Kept { get; private set; } = [];

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens the record of a flock. What a power cut left half written is taken off; damage elsewhere is told, and ends nothing.</summary>
    /// <exception cref="NodeStartException">The file can't be used; the message says what to do.</exception>
    public static AuditFile Open(string stateDirectory, BlocId bloc, string flock)
    {
        var audit = new AuditFile(Path.Combine(stateDirectory, FlockStore.DirectoryName, bloc.Name, flock, "audit"));
        try
        {
            if (File.Exists(audit._path))
                audit.Read();
            return audit;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"The record of the operator's orders, {audit._path}, can't be used: {problem.Message} Make it readable and writable for the user that runs fulcrum.", problem);
        }
    }

    /// <summary>Adds an entry; it is there for good when this returns.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Append(TakenOrder taken)
    {
        var raw = taken.Order.Raw.Span;
        var entry = new byte[HeadBytes + raw.Length + SumBytes];
        BinaryPrimitives.WriteInt32BigEndian(entry, raw.Length);
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(sizeof(int)), taken.UnixMs);
        raw.CopyTo(entry.AsSpan(HeadBytes));
        BinaryPrimitives.WriteUInt32BigEndian(entry.AsSpan(^SumBytes), FlockStore.SumOf(entry.AsSpan(..^SumBytes)));
        var isNew = !File.Exists(_path);
        if (!isNew && new FileInfo(_path).Length + entry.Length > MaxBytes)
        {
            File.Move(_path, $"{_path}.old", overwrite: true);
            isNew = true;
        }
        using (var file = new FileStream(_path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = DurableFile.OwnerOnly }))
        {
            file.Write(entry);
            file.Flush(flushToDisk: true);
        }
        if (isNew)
            Posix.FlushDirectory(Path.GetDirectoryName(_path)!);
    }

    private void Read()
    {
        var bytes = File.ReadAllBytes(_path);
        var kept = new List<TakenOrder>();
        var at = 0;
        while (bytes.Length - at >= HeadBytes + SumBytes)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            var size = HeadBytes + length + SumBytes;
            if (length is <= 0 or > OperatorOrder.MaxBytes || size > bytes.Length - at)
                break;
            var entry = bytes.AsSpan(at, size);
            if (BinaryPrimitives.ReadUInt32BigEndian(entry[^SumBytes..]) != FlockStore.SumOf(entry[..^SumBytes]) || !OperatorOrder.TryRead(entry[HeadBytes..^SumBytes], out var order))
                break;
            kept.Add(new TakenOrder(BinaryPrimitives.ReadInt64BigEndian(entry[sizeof(int)..]), order));
            at += size;
        }
        Kept = kept.Count > AuditTrail.MaxShown ? kept[^AuditTrail.MaxShown..] : kept;
        if (at < bytes.Length)
            PutAside(bytes, at);
    }

    // What can't be read is kept for whoever wants to look at it, and what comes next must not be written behind it.
    private void PutAside(byte[] bytes, int good)
    {
        var aside = $"{_path}.damaged";
        DurableFile.Replace(aside, bytes);
        DurableFile.Replace(_path, bytes.AsSpan(..good));
        Problem = $"{bytes.Length - good} bytes at the end of the record could not be read, after a power cut or by damage; the whole of it is kept as {aside}.";
    }
}

using Crux.Node.Security;

namespace Crux.Cli;

/// <summary>
/// The nodes that an operator's key may be shown to and whose answers count: a file beside the key, <c>NAME.operator.nodes</c>. A node comes
/// into it by <c>--node-id</c>, and then by the word of nodes that stand in it.
/// </summary>
internal sealed class KnownNodes
{
    /// <summary>The longest file: 10,000 nodes and more.</summary>
    public const int MaxBytes = 2 << 20;

    private readonly string _path;
    private readonly HashSet<NodeId> _ids = [];

    private KnownNodes(string path) => _path = path;

    public int Count => _ids.Count;

    public string Path => _path;

    /// <summary>Whether the list is so old that it should be read anew.</summary>
    public bool IsOld => !File.Exists(_path) || DateTime.UtcNow - File.GetLastWriteTimeUtc(_path) > TimeSpan.FromHours(1);

    /// <summary>The list that belongs to a key; empty where there is none yet.</summary>
    /// <exception cref="Failure">It can't be used; the message says what to do.</exception>
    public static KnownNodes Of(string keyPath)
    {
        var known = new KnownNodes(keyPath + ".nodes");
        if (!File.Exists(known._path))
            return known;
        try
        {
            // Whoever may change it says whom the operator talks to.
            if ((File.GetUnixFileMode(known._path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
                throw new Failure(ExitCode.Refused, $"{known._path} can be changed by others than its owner. Run 'chmod 600 {known._path}'.");
            if (new FileInfo(known._path).Length > MaxBytes)
                throw new Failure(ExitCode.Refused, $"{known._path} is longer than {MaxBytes} bytes: move it away, and name a node with --node-id once more.");
            foreach (var line in File.ReadLines(known._path))
            {
                if (NodeId.TryParse(line.Split(' ')[0], out var id))
                    known._ids.Add(id);
            }
            return known;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Refused, $"{known._path} can't be read: {problem.Message}");
        }
    }

    public bool Contains(NodeId id) => _ids.Contains(id);

    /// <summary>Replaces the list by what a known node said.</summary>
    /// <exception cref="Failure">It can't be written.</exception>
    public void Write(IEnumerable<(NodeId Id, string Name)> members)
    {
        var lines = members.Select(member => $"{member.Id} {member.Name}\n").Order(StringComparer.Ordinal);
        try
        {
            DurableFile.Replace(_path, System.Text.Encoding.ASCII.GetBytes(string.Concat(lines)));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Refused, $"{_path} can't be written: {problem.Message}");
        }
    }
}

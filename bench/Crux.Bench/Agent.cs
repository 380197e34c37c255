using System.Globalization;
using System.Text;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>
/// One running agent, looked at from outside: its log as it grows, its host's counters, its socket in the kernel's table. Nothing is
/// asked of it, since sixty that are asked in a loop measure the asking.
/// </summary>
internal sealed class Agent(AgentKind kind, LabHost host, LabProcess process) : IDisposable
{
    /// <summary>What follows the two addresses of a listening socket in the kernel's table.</summary>
    private const string ListeningState = " 0A ";

    private const int ReadBytes = 16 * 1024;

    private readonly FileStream?[] _logs = new FileStream?[2];
    private readonly StringBuilder[] _unread = [new(), new()];
    private readonly byte[] _buffer = new byte[ReadBytes];

    public LabProcess Process => process;

    public string Address { get; } = host.Address.ToString();

    public string Name => host.Name;

    /// <summary>Whom it sees, itself always.</summary>
    public HashSet<string> View { get; } = [host.Address.ToString()];

    /// <summary>Everybody it ever said was gone, in order.</summary>
    public List<string> Gone { get; } = [];

    /// <summary>Whether its ports are open: both kinds take one number for datagrams and for streams.</summary>
    public bool Listens => Has("udp", "") && Has("tcp", ListeningState);

    /// <summary>What its host's interface has sent: bytes with Ethernet headers, and packets.</summary>
    public (long Bytes, long Packets) Sent
    {
        get
        {
            var line = File.ReadLines($"/proc/{host.SpacePid}/net/dev").Single(it => it.TrimStart().StartsWith("eth0:", StringComparison.Ordinal));
            var fields = line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (long.Parse(fields[8], CultureInfo.InvariantCulture), long.Parse(fields[9], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>CPU that its process has used, in hundredths of a second.</summary>
    public long CpuTicks
    {
        get
        {
            var text = File.ReadAllText($"/proc/{process.Pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Reads what its log has gained.</summary>
    public void Look()
    {
        for (var log = 0; log < _logs.Length; log++)
        {
            _logs[log] ??= Open(log == 0 ? process.OutPath : process.ErrorPath);
            for (int read; _logs[log] is { } stream && (read = stream.Read(_buffer)) > 0;)
                _unread[log].Append(Encoding.UTF8.GetString(_buffer, 0, read));
            Digest(_unread[log]);
        }
    }

    public void Dispose()
    {
        foreach (var log in _logs)
            log?.Dispose();
    }

    private bool Has(string table, string state)
    {
        var port = string.Create(CultureInfo.InvariantCulture, $":{kind.Port:X4} ");
        return File.ReadLines($"/proc/{host.SpacePid}/net/{table}").Any(line => line.Contains(port, StringComparison.Ordinal) && line.Contains(state, StringComparison.Ordinal));
    }

    private static FileStream? Open(string path) =>
        File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0) : null;

    private void Digest(StringBuilder unread)
    {
        if (unread.Length == 0)
            return;
        var text = unread.ToString();
        var end = text.LastIndexOf('\n') + 1;
        unread.Remove(0, end);
        foreach (var line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (kind.Read(line) is not { } sighting || sighting.Address == Address)
                continue;
            if (sighting.IsThere)
                View.Add(sighting.Address);
            else if (View.Remove(sighting.Address))
                Gone.Add(sighting.Address);
        }
    }
}

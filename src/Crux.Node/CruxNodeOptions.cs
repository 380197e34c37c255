using System.Text;
using Crux.Machines.Flock.Authority;
using Crux.Node.Confab;

namespace Crux.Node;

/// <summary>How a node is to run: section <c>Crux</c> of the configuration. Flock, bloc and flock file are needed; all else has a default.</summary>
public sealed class CruxNodeOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Crux";

    /// <summary>The flock's port unless told otherwise, UDP and TCP.</summary>
    public const int DefaultPort = 23123;

    /// <summary>The longest path of a Unix socket that Linux takes.</summary>
    public const int MaxSocketPathBytes = 107;

    /// <summary>The longest rack name.</summary>
    public const int MaxRackLength = 64;

    private static readonly TimeSpan ShortestKeyPeriod = TimeSpan.FromMinutes(1), LongestKeyPeriod = TimeSpan.FromDays(30);

    /// <summary>The flock's name; see <see cref="NameRules"/>. Needed. Key material: nodes with another name never meet this one.</summary>
    public string Flock { get; set; } = "";

    /// <summary>The bloc's id; see <see cref="NameRules"/>. Needed. Key material, as the flock's name is.</summary>
    public string Bloc { get; set; } = "";

    /// <summary>The flock file that <c>crux secret new</c> made, mode 0600. Needed.</summary>
    public string FlockFile { get; set; } = "";

    /// <summary>This node's own address; what it is, IPv4 or IPv6, all of its flock's are. Default: the one address that others can reach, of IPv4 if there is one.</summary>
    public string? Address { get; set; }

    /// <summary>The flock's port, UDP and TCP, alike on all nodes. Default 23123; from 1 to 65535.</summary>
    public int Port { get; set; } = DefaultPort;

    /// <summary>
    /// Where other nodes may be, as CIDRs such as <c>10.1.0.0/22</c> or <c>fd00:1::/118</c>; at most 64. Default: the prefix of the own address, narrowed to 1,024 addresses.
    /// A range that holds the own address stands in its place; others come on top.
    /// </summary>
    public IList<string> Ranges { get; init; } = [];

    /// <summary>
    /// Single addresses where other nodes may be, beyond the ranges, such as <c>10.9.0.7</c>, <c>10.9.0.7:23123</c> or <c>[fd00:1::7]:23123</c>; at most 1,024.
    /// They are looked at as the ranges are, so one that answers is enough; the node's own is passed over. Default: none.
    /// </summary>
    public IList<string> Contacts { get; init; } = [];

    /// <summary>What people call this node; see <see cref="NameRules"/>. Default: the host's name.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>The rack that the machine stands in, at most 64 characters: clients prefer services of their own rack. Default: none.</summary>
    public string Rack { get; set; } = "";

    /// <summary>Where the node keeps its key. Default <c>/var/lib/crux</c>.</summary>
    public string StateDirectory { get; set; } = "/var/lib/crux";

    /// <summary>The Unix socket for this machine's processes. Default <c>/run/crux/reeve.sock</c>; at most 107 bytes.</summary>
    public string Socket { get; set; } = "/run/crux/reeve.sock";

    /// <summary>
    /// The file that says which local user or cgroup may be which service; see docs/security.md. Default: <c>/etc/crux/identities</c>, and where that is not
    /// there, every process that may open the socket may have every name.
    /// </summary>
    public string? Identities { get; set; }

    /// <summary>What root, and the user that runs the node, may do with <c>crux</c> over the socket: View, Operate or Trust. Default Trust.</summary>
    public OperatorRole SocketRole { get; set; } = OperatorRole.Trust;

    /// <summary>What everybody else may whom the socket's group lets in: None, View, Operate or Trust. Default View.</summary>
    public OperatorRole SocketGroupRole { get; set; } = OperatorRole.View;

    /// <summary>
    /// Time after which this machine's processes replace their keys, give or take a tenth. Default 24 h; from 1 min to 30 days.
    /// </summary>
    public TimeSpan KeyPeriod { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Names the flock among others: <c>bloc/name</c>.</summary>
    public string FlockId => $"{Bloc}/{Flock}";

    /// <summary>What is wrong with these options, a sentence each with what to do; empty where all is well.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        NeedName(problems, Flock, "flock name", "Crux:Flock", "--flock");
        NeedName(problems, Bloc, "bloc id", "Crux:Bloc", "--bloc");
        if (string.IsNullOrWhiteSpace(FlockFile))
            problems.Add("There is no flock file: set Crux:FlockFile or give --flock-file PATH. 'crux secret new NAME' makes one.");
        if (Port is < 1 or > ushort.MaxValue)
            problems.Add($"Port {Port} is no port: set Crux:Port or give --port with 1 to {ushort.MaxValue}.");
        if (SocketRole is < OperatorRole.View or > OperatorRole.Trust || SocketGroupRole is < OperatorRole.None or > OperatorRole.Trust)
            problems.Add("A role over the socket is View, Operate or Trust, and for its group None too: set Crux:SocketRole and Crux:SocketGroupRole to one of these.");
        foreach (var range in Ranges)
        {
            if (!AddressRange.TryParse(range, out _))
                problems.Add($"'{range}' is not a range of addresses: {AddressRange.Form}.");
        }
        foreach (var contact in Contacts)
        {
            if (ContactAddress.FindProblem(contact, out _) is { } problem)
                problems.Add(problem);
        }
        if (KeyPeriod < ShortestKeyPeriod || KeyPeriod > LongestKeyPeriod)
            problems.Add($"Keys can't be replaced every {KeyPeriod}: set Crux:KeyPeriod or give --key-period from {ShortestKeyPeriod} to {LongestKeyPeriod}, such as 12:00:00.");
        if (!NameRules.Holds(Name))
            problems.Add($"'{Name}' can't be this node's name: it needs {NameRules.InWords}. Set Crux:Name or give --name.");
        if (Rack.Length > MaxRackLength || Rack.Any(char.IsControl))
            problems.Add($"The rack's name is too long or holds control characters: at most {MaxRackLength} characters. Set Crux:Rack or give --rack.");
        if (string.IsNullOrWhiteSpace(StateDirectory))
            problems.Add("There is no state directory: set Crux:StateDirectory or give --state DIRECTORY.");
        if (string.IsNullOrWhiteSpace(Socket))
            problems.Add("There is no socket path: set Crux:Socket or give --socket PATH.");
        else if (Encoding.UTF8.GetByteCount(Path.GetFullPath(Socket)) is var length and > MaxSocketPathBytes)
            problems.Add($"The socket path {Socket} is {length} bytes long, and Linux takes {MaxSocketPathBytes}: choose a shorter one with --socket.");
        return problems;
    }

    private static void NeedName(List<string> problems, string value, string what, string key, string flag)
    {
        if (string.IsNullOrEmpty(value))
            problems.Add($"There is no {what}: set {key} or give {flag} NAME.");
        else if (!NameRules.Holds(value))
            problems.Add($"'{value}' can't be a {what}: it needs {NameRules.InWords}. Set {key} or give {flag}.");
    }
}

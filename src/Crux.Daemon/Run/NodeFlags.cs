using System.CommandLine;
using System.Globalization;

namespace Crux.Daemon.Run;

/// <summary>The flags that describe a node; each stands for a key of the configuration, and wins over it.</summary>
internal sealed class NodeFlags
{
    private readonly Option<string?> _config = new("--config") { Description = "Read this appsettings.json instead of the one in the working directory.", HelpName = "PATH" };
    private readonly Option<string?> _flock = new("--flock") { Description = "The flock's name. Needed.", HelpName = "NAME" };
    private readonly Option<string?> _bloc = new("--bloc") { Description = "The bloc's id: only nodes of one bloc flock together. Needed.", HelpName = "NAME" };
    private readonly Option<string?> _flockFile = new("--flock-file") { Description = "The flock file that 'crux secret new' made. Needed.", HelpName = "PATH" };
    private readonly Option<string?> _address = new("--address") { Description = "This node's own address, IPv4 or IPv6, as all of its flock. Default: that of the interface.", HelpName = "IP" };
    private readonly Option<int?> _port = new("--port") { Description = "The flock's port, UDP and TCP, alike on all nodes. Default: 23123.", HelpName = "PORT" };

    private readonly Option<string[]> _range = new("--range")
    {
        Description = "Where other nodes may be; can be repeated. Default: the own prefix, narrowed to /22, or /118 of IPv6. A range that holds the own address replaces that.",
        HelpName = "CIDR",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _contact = new("--contact")
    {
        Description = "The address of a node beyond the ranges; can be repeated. One that answers is enough. Default: none.",
        HelpName = "ADDRESS[:PORT]",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _name = new("--name") { Description = "What people call this node. Default: the host's name.", HelpName = "NAME" };
    private readonly Option<string?> _rack = new("--rack") { Description = "The rack that this machine stands in: clients prefer services in their own.", HelpName = "NAME" };
    private readonly Option<string?> _state = new("--state") { Description = "Where the node keeps its key. Default: /var/lib/crux.", HelpName = "DIRECTORY" };
    private readonly Option<string?> _socket = new("--socket") { Description = "The Unix socket for local processes. Default: /run/crux/reeve.sock.", HelpName = "PATH" };

    private readonly Option<TimeSpan?> _keyPeriod = new("--key-period") { Description = "After which time processes replace their keys. Default: 1.00:00:00, a day.", HelpName = "TIME" };
    private readonly Option<string?> _identities = new("--identities") { Description = "Which local user or cgroup may be which service. Default: /etc/crux/identities, if it is there.", HelpName = "PATH" };

    private readonly Option<string?> _socketRole = new("--socket-role") { Description = "What root may do with crux over the socket: view, operate or trust. Default: trust.", HelpName = "ROLE" };
    private readonly Option<string?> _socketGroupRole = new("--socket-group-role") { Description = "What others may whom the socket's group lets in: none too. Default: view.", HelpName = "ROLE" };

    /// <summary>Adds all flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_flock, _bloc, _flockFile, _address, _port, _range, _contact, _name, _rack, _state, _socket, _identities, _socketRole, _socketGroupRole, _keyPeriod, _config])
            command.Add(option);
    }

    /// <summary>The configuration file that was named; null where none was.</summary>
    public string? ConfigPath(ParseResult parsed) => parsed.GetValue(_config);

    /// <summary>The keys that flags set.</summary>
    public Dictionary<string, string?> Settings(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>();
        Set("Flock", parsed.GetValue(_flock));
        Set("Bloc", parsed.GetValue(_bloc));
        Set("FlockFile", parsed.GetValue(_flockFile));
        Set("Address", parsed.GetValue(_address));
        Set("Port", parsed.GetValue(_port)?.ToString(CultureInfo.InvariantCulture));
        Set("Name", parsed.GetValue(_name));
        Set("Rack", parsed.GetValue(_rack));
        Set("StateDirectory", parsed.GetValue(_state));
        Set("Socket", parsed.GetValue(_socket));
        Set("Identities", parsed.GetValue(_identities));
        Set("SocketRole", parsed.GetValue(_socketRole));
        Set("SocketGroupRole", parsed.GetValue(_socketGroupRole));
        Set("KeyPeriod", parsed.GetValue(_keyPeriod)?.ToString());
        return settings;

        void Set(string key, string? value)
        {
            if (value is not null)
                settings[$"Crux:{key}"] = value;
        }
    }

    /// <summary>The ranges that flags give; empty where they give none.</summary>
    public string[] Ranges(ParseResult parsed) => parsed.GetValue(_range) ?? [];

    /// <summary>The contacts that flags give; empty where they give none.</summary>
    public string[] Contacts(ParseResult parsed) => parsed.GetValue(_contact) ?? [];
}

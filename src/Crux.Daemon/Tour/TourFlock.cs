using Crux.Node;
using Crux.Node.Security;
using Microsoft.Extensions.Logging;

namespace Crux.Daemon.Tour;

/// <summary>
/// A flock in one process: real nodes with real sockets, each on a loopback address of its own, with a flock file and an
/// operator key made on the spot in a directory that only this user can read.
/// </summary>
internal sealed class TourFlock : IAsyncDisposable
{
    public const int Port = 23123;

    private const string FlockName = "tour";
    private const string BlocName = "loopback";

    private readonly string _directory;

    private TourFlock(string directory, uint block) => (_directory, Range) = (directory, new AddressRange(block, 24));

    public string Directory => _directory;

    public AddressRange Range { get; }

    public List<TourNode> Nodes { get; } = [];

    public IEnumerable<TourNode> Up => Nodes.Where(node => node.IsUp);

    public TourNode? Leader
    {
        get
        {
            var first = Up.FirstOrDefault();
            return first?.View?.Leader is { } leader ? Up.FirstOrDefault(node => node.Node.Id == leader) : null;
        }
    }

    /// <summary>Whether every node that is up sees exactly those that are up, and calls its view settled.</summary>
    public bool IsWhole()
    {
        var up = Up.Count();
        return Up.All(node => node.View is { IsSettled: true } view && view.Members.Length == up && view.Members.All(member => member.Status == MemberStatus.Alive));
    }

    /// <summary>Whether every node that is up names the same leader, and that leader is up.</summary>
    public bool IsLed()
    {
        var leader = Leader;
        return leader is not null && Up.All(node => node.View?.Leader == leader.Node.Id);
    }

    public static TourFlock Create()
    {
        // Two tours on one machine each get a /24 of loopback of their own.
        var pid = (uint)Environment.ProcessId;
        var block = 0x7F00_0000u | ((64 + (pid / 256 % 128)) << 16) | (pid % 256 << 8);
        var directory = System.IO.Directory.CreateTempSubdirectory("crux-up-").FullName;
        return new TourFlock(directory, block);
    }

    /// <summary>Makes the secret, then powers on all nodes at once.</summary>
    public async Task StartAsync(int nodes, ILoggerFactory logs, CancellationToken cancel)
    {
        var flockFile = Path.Combine(_directory, FlockName + ".flock");
        using (var operatorKey = OperatorKey.Create())
        {
            operatorKey.Write(Path.Combine(_directory, FlockName + ".operator"));
            FlockFile.Create(operatorKey.PublicKey).Write(flockFile);
        }
        for (var i = 1; i <= nodes; i++)
            Nodes.Add(Compose(i, flockFile, logs));
        await Task.WhenAll(Nodes.Select(node => node.Node.StartAsync(cancel)));
    }

    private TourNode Compose(int number, string flockFile, ILoggerFactory logs)
    {
        var name = $"node{number}";
        var address = Range.At((uint)number, Port);
        var home = System.IO.Directory.CreateDirectory(Path.Combine(_directory, $"n{number}")).FullName;
        var socket = Path.Combine(home, "reeve.sock");
        var options = new CruxNodeOptions
        {
            Flock = FlockName,
            Bloc = BlocName,
            FlockFile = flockFile,
            Name = name,
            Address = address.ToIPAddress().ToString(),
            Port = Port,
            Ranges = [Range.ToString()],
            StateDirectory = home,
            Socket = socket,
        };
        return new TourNode(name, address, socket, new CruxNode(options, logs));
    }

    /// <summary>Everything at once and with no goodbye: there is nobody left to say it to.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Up.ToList().Select(node => node.AbortAsync()));
        System.IO.Directory.Delete(_directory, recursive: true);
    }
}

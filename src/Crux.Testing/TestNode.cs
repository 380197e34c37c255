using System.Collections.ObjectModel;
using Crux.Client;
using Crux.Client.Connect;
using Crux.Node;
using Crux.Testing.Network;
using Microsoft.Extensions.Logging;

namespace Crux.Testing;

/// <summary>One machine of a <see cref="TestFlock"/>: its node, and whatever uses its socket.</summary>
/// <remarks>Thread-safe, but for starting and ending it, which is one test's business.</remarks>
public sealed class TestNode
{
    private readonly CruxNodeOptions _options;
    private readonly ILoggerFactory _logs;
    private CruxNode? _node;

    internal TestNode(TestFlock flock, Machine machine, CruxNodeOptions options, ILoggerFactory logs)
    {
        (Flock, Machine, _options, _logs) = (flock, machine, options, logs);
        Settings = new ReadOnlyDictionary<string, string?>(new Dictionary<string, string?>
        {
            [$"{CruxNodeOptions.Section}:{nameof(CruxServiceOptions.Socket)}"] = options.Socket,
            [$"{CruxNodeOptions.Section}:{nameof(CruxServiceOptions.Bind)}"] = $"{machine.Host.ToIPAddress()}:0",
        });
    }

    /// <summary>The flock that it belongs to.</summary>
    public TestFlock Flock { get; }

    /// <summary>What people call it: <c>node1</c> and on.</summary>
    public string Name => Machine.Name;

    /// <summary>Where its daemon listens: a loopback address of its own.</summary>
    public NetAddress Address => Machine.Host.WithPort((ushort)_options.Port);

    /// <summary>The Unix socket of its reeve: <c>Crux:Socket</c> of what runs on this machine.</summary>
    public string Socket => _options.Socket;

    /// <summary>What an application is configured with to run on this machine: <c>Crux:Socket</c> and <c>Crux:Bind</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>Whether its daemon runs.</summary>
    public bool IsUp => _node is not null;

    /// <summary>Who it is.</summary>
    /// <exception cref="InvalidOperationException">It is down.</exception>
    public NodeId Id => Up.Id;

    /// <summary>The flock as it sees it.</summary>
    /// <exception cref="InvalidOperationException">It is down.</exception>
    public GroupSnapshot View => Up.View.Current;

    internal Machine Machine { get; }

    internal CruxNode Up => _node ?? throw new InvalidOperationException($"{Name} is down.");

    /// <summary>A channel as a process on this machine has it. Dispose it before the flock.</summary>
    /// <param name="selector">An api (<c>galumph2</c>) or an instance (<c>galumph2_3</c>).</param>
    /// <param name="configure">Has the last word over the settings.</param>
    public CruxChannel ChannelTo(string selector, Action<CruxClientOptions>? configure = null) => CruxChannel.For(selector, options =>
    {
        options.Socket = Socket;
        configure?.Invoke(options);
    });

    /// <summary>Starts it, or starts it again: the same machine with the same key. Returns when its daemon serves; it finds the others after that.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_node is not null)
            throw new InvalidOperationException($"{Name} runs already.");
        Surroundings.PutUp(Socket, new Surroundings(Flock.Time, (target, cancelled) => Flock.Network.ConnectAsync(Machine, target, cancelled)));
        Flock.Network.Revive(Machine);
        var node = new CruxNode(_options, _logs, Flock.Clock) { Network = new MachineNetwork(Flock.Network, Machine) };
        await node.StartAsync(cancellationToken);
        _node = node;
    }

    /// <summary>
    /// Pulls the plug: the daemon ends, and nothing goes to this machine or comes from it, the end of its connections included. What the test itself
    /// started here runs on unheard, since it is in the test's process: dispose it as usual.
    /// </summary>
    public async Task KillAsync()
    {
        Flock.Network.Kill(Machine);
        await CrashAsync();
    }

    /// <summary>Ends the daemon with no goodbye. The machine is there, and so are the services on it.</summary>
    public Task CrashAsync() => EndAsync(node => node.AbortAsync());

    /// <summary>Stops the daemon in good order: it says goodbye to the flock.</summary>
    public Task StopAsync() => EndAsync(node => node.StopAsync());

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    internal async ValueTask EndAsync()
    {
        await CrashAsync();
        Surroundings.TakeDown(Socket);
    }

    private Task EndAsync(Func<CruxNode, Task> end)
    {
        // Down from now on, also for whoever asks while it ends.
        var node = Interlocked.Exchange(ref _node, null);
        return node is null ? Task.CompletedTask : end(node);
    }
}

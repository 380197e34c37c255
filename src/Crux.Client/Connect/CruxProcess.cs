using Crux.Client.Rehearsal;

namespace Crux.Client.Connect;

/// <summary>
/// What a process shares for each reeve socket: one connection, one set of trusted nodes, the keys that it calls with. Lives as long
/// as somebody holds a lease. Thread-safe.
/// </summary>
internal sealed class CruxProcess : IAsyncDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, CruxProcess> Running = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<Task> _loops = [];
    private readonly Dictionary<string, ProcessIdentity> _clients = new(StringComparer.Ordinal);
    private int _leases;

    internal CruxProcess(string socket, TimeSpan reconnectPause, TimeSpan hold, Surroundings surroundings)
    {
        Surroundings = surroundings;
        Link = new ReeveLink(socket, reconnectPause, surroundings.Time);
        Nodes = new TrustedNodes(Link, hold);
        Turns = new KeyTurns(Link);
        Keys = new CallerKeys(Link);
        Keep(Nodes.RunAsync);
        Keep(Turns.RunAsync);
    }

    /// <summary>The clock and the roads that everything of this process uses.</summary>
    public Surroundings Surroundings { get; }

    public ReeveLink Link { get; }

    public TrustedNodes Nodes { get; }

    /// <summary>When keys are to be replaced.</summary>
    public KeyTurns Turns { get; }

    /// <summary>The keys to call with.</summary>
    public CallerKeys Keys { get; }

    /// <summary>The process's link to this socket, made by whoever asks first. Dispose what you get.</summary>
    public static CruxProcess Lease(string socket, TimeSpan reconnectPause, TimeSpan hold)
    {
        socket = Path.GetFullPath(socket);
        lock (Gate)
        {
            if (!Running.TryGetValue(socket, out var process))
            {
                Running.Add(socket, process = new CruxProcess(socket, reconnectPause, hold, Surroundings.Of(socket)));
                // A test host's clock leaps, and its machines share a process.
                if (process.Surroundings == Surroundings.Real)
                    process.Keep(stop => DryRun.OnceAsync(process.Link, stop));
            }
            process._leases++;
            return process;
        }
    }

    /// <summary>The process under a name that it calls under.</summary>
    public ProcessIdentity Client(string name)
    {
        lock (_lock)
        {
            if (!_clients.TryGetValue(name, out var identity))
            {
                _clients.Add(name, identity = new ProcessIdentity(Link, name));
                Keep(identity.RunAsync);
            }
            return identity;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (Gate)
        {
            if (--_leases > 0)
                return;
            if (Running.TryGetValue(Link.Socket, out var held) && held == this)
                Running.Remove(Link.Socket);
        }
        await _stop.CancelAsync();
        Task[] loops;
        lock (_lock)
            loops = [.. _loops];
        await Task.WhenAll(loops);
        Nodes.Dispose();
        Link.Dispose();
        _stop.Dispose();
    }

    private void Keep(Func<CancellationToken, Task> loop)
    {
        lock (_lock)
        using (ExecutionContext.SuppressFlow())
            _loops.Add(Task.Run(() => loop(_stop.Token)));
    }
}

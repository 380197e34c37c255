using System.Security.Cryptography;

namespace Crux.Client.Connect;

/// <summary>
/// What a process shares for each reeve socket: one key, one connection, one set of trusted nodes. Lives as long as somebody
/// holds a lease. Thread-safe.
/// </summary>
internal sealed class CruxProcess : IAsyncDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, CruxProcess> Running = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _stop = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _lock = new();
    private readonly List<Task> _loops = [];
    private readonly Dictionary<string, ProcessIdentity> _clients = new(StringComparer.Ordinal);
    private int _leases;

    internal CruxProcess(string socket, TimeSpan reconnectPause, TimeSpan hold, Surroundings surroundings)
    {
        Surroundings = surroundings;
        Link = new ReeveLink(socket, reconnectPause, surroundings.Time);
        Nodes = new TrustedNodes(Link, hold);
        Pin = SHA256.HashData(_key.ExportSubjectPublicKeyInfo());
        Keep(Nodes.RunAsync);
    }

    /// <summary>The clock and the roads that everything of this process uses.</summary>
    public Surroundings Surroundings { get; }

    public ReeveLink Link { get; }

    public TrustedNodes Nodes { get; }

    /// <summary>SHA-256 over the public key: what the registry tells clients to pin.</summary>
    public byte[] Pin { get; }

    /// <summary>The process's link to this socket, made by whoever asks first. Dispose what you get.</summary>
    public static CruxProcess Lease(string socket, TimeSpan reconnectPause, TimeSpan hold)
    {
        socket = Path.GetFullPath(socket);
        lock (Gate)
        {
            if (!Running.TryGetValue(socket, out var process))
                Running.Add(socket, process = new CruxProcess(socket, reconnectPause, hold, Surroundings.Of(socket)));
            process._leases++;
            return process;
        }
    }

    /// <summary>The identity that this process shows as a client; one for each name.</summary>
    public ProcessIdentity Client(string name)
    {
        lock (_lock)
        {
            if (!_clients.TryGetValue(name, out var identity))
            {
                _clients.Add(name, identity = new ProcessIdentity(Link, _key, name, group: "", endpoint: ""));
                Keep(identity.RunAsync);
            }
            return identity;
        }
    }

    /// <summary>An identity for a service point; enrols while whoever asked for it runs it.</summary>
    public ProcessIdentity Service(string instance, string group, string endpoint) => new(Link, _key, instance, group, endpoint);

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
        // The key is left to the collector: a handshake under way may still sign with it.
        _stop.Dispose();
    }

    private void Keep(Func<CancellationToken, Task> loop)
    {
        lock (_lock)
        using (ExecutionContext.SuppressFlow())
            _loops.Add(Task.Run(() => loop(_stop.Token)));
    }
}

using System.Net.Sockets;
using Crux.Simulator.Confab;

namespace Crux.Testing.Network;

/// <summary>
/// The network between the machines of a test: datagrams in memory, connections on loopback, and cuts that both keep to. Thread-safe.
/// </summary>
internal sealed class TestNetwork(ulong seed, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NetAddress, Machine> _machines = [];
    private readonly HashSet<(Machine From, Machine To)> _cuts = [];
    private readonly HashSet<Machine> _dead = [];
    private readonly Dictionary<Road, Task> _roads = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SimulatedNetwork Datagrams { get; } = new(seed, time);

    /// <summary>Connections that stand.</summary>
    public int Roads
    {
        get
        {
            lock (_gate)
                return _roads.Count;
        }
    }

    public Machine Add(string name, NetAddress host)
    {
        var machine = new Machine(name, host.WithPort(0));
        lock (_gate)
            _machines.Add(machine.Host, machine);
        return machine;
    }

    /// <summary>Nothing goes this way any more.</summary>
    public void Cut(Machine from, Machine to, ushort port)
    {
        lock (_gate)
            _cuts.Add((from, to));
        Datagrams.Cut(from.Host.WithPort(port), to.Host.WithPort(port));
    }

    /// <summary>Mends every cut; what waited goes on its way.</summary>
    public void Heal()
    {
        Datagrams.Heal();
        lock (_gate)
            _cuts.Clear();
        TellChange();
    }

    /// <summary>The machine has no power any more: nothing reaches it or comes from it, and nobody is told.</summary>
    public void Kill(Machine machine)
    {
        lock (_gate)
            _dead.Add(machine);
    }

    /// <summary>The machine is on again: it knows nothing of the connections that it had.</summary>
    public void Revive(Machine machine)
    {
        Road[] old;
        lock (_gate)
        {
            if (!_dead.Remove(machine))
                return;
            old = [.. _roads.Keys.Where(road => road.From == machine || road.To == machine)];
        }
        foreach (var road in old)
            road.Reset();
        TellChange();
    }

    /// <summary>A connection to what listens at <paramref name="target"/>; waits while no answer could come, as a kernel does that hears none.</summary>
    public async ValueTask<Socket> ConnectAsync(Machine from, NetAddress target, CancellationToken cancellation)
    {
        Machine? to;
        lock (_gate)
            to = _machines.GetValueOrDefault(target.WithPort(0));
        // What the test itself has put somewhere on this computer is no machine of the flock's, and within everybody's reach.
        to ??= from;
        await UntilOpenAsync(from, to, cancellation);
        await UntilOpenAsync(to, from, cancellation);
        var (road, end) = await Road.OpenAsync(this, from, to, target, cancellation);
        lock (_gate)
            _roads.Add(road, Task.CompletedTask);
        var carrying = Task.Run(() => CarryAsync(road), CancellationToken.None);
        lock (_gate)
        {
            if (_roads.ContainsKey(road))
                _roads[road] = carrying;
        }
        return end;
    }

    /// <summary>Returns once something can go this way.</summary>
    public async Task UntilOpenAsync(Machine from, Machine to, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!_cuts.Contains((from, to)) && !_dead.Contains(from) && !_dead.Contains(to))
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>Breaks every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        KeyValuePair<Road, Task>[] roads;
        lock (_gate)
            roads = [.. _roads];
        foreach (var (road, _) in roads)
            road.Reset();
        await Task.WhenAll(roads.Select(road => road.Value));
    }

    private async Task CarryAsync(Road road)
    {
        await road.CarryAsync();
        road.Dispose();
        lock (_gate)
            _roads.Remove(road);
    }

    private void TellChange()
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            told = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        told.TrySetResult();
    }
}

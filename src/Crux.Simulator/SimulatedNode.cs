using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Simulator.Flock;

namespace Crux.Simulator;

/// <summary>One simulated host: what outlives its process, and the machine while the process runs.</summary>
internal sealed class SimulatedNode(int index, NetAddress address, FlockCredentials credentials, ulong seed) : IDisposable
{
    /// <summary>Datagrams that a paused process's socket holds, as many as the kernel's buffer would; later ones are dropped.</summary>
    public const int MaxBacklog = 700;

    private readonly SimulatedSigner _signer = new(Mix.Two(seed, 1));

    // No two nodes' clocks agree, so a machine that compared instants of two nodes would be found out.
    private readonly long _clockOffset = TimeSpan.TicksPerHour + (long)(Mix.Two(seed, 2) % (ulong)TimeSpan.FromDays(100).Ticks);

    public int Index { get; } = index;

    public NetAddress Address { get; } = address;

    public FlockCredentials Credentials { get; } = credentials;

    public string Name { get; } = $"node{index}";

    public NodeId Id => NodeId.FromPublicKey(_signer.PublicKey.Span);

    public FlockMachine? Machine { get; private set; }

    public bool IsOn => Machine is not null;

    public bool IsPaused { get; set; }

    /// <summary>How often its process was started.</summary>
    public int Boots { get; private set; }

    /// <summary>When something last happened to it that may look like death to others.</summary>
    public long DisturbedAt { get; set; } = long.MinValue / 2;

    /// <summary>The time of its one deadline event that counts; events for other times are stale.</summary>
    public long ScheduledAt { get; set; } = long.MaxValue;

    public Queue<(int From, int Payload)> Backlog { get; } = new();

    public NodeView View { get; } = new();

    /// <summary>This node's clock at a time of the world's.</summary>
    public Instant ClockAt(long at) => new(at + _clockOffset);

    /// <summary>The world's time at an instant of this node's clock.</summary>
    public long WorldAt(Instant instant) => instant == Instant.Never ? long.MaxValue : instant.Ticks - _clockOffset;

    public void Start(long at, SimulationOptions options)
    {
        Boots++;
        var bootSeed = Mix.Three(seed, 3, (ulong)Boots);
        var bootSecret = new byte[FlockSelf.BootSecretBytes];
        new SeededRandom(bootSeed).Fill(bootSecret);
        var self = new FlockSelf { Name = Name, Address = Address, PublicKey = _signer.PublicKey, BootSecret = bootSecret };
        Machine = new FlockMachine(self, Credentials, options.Flock with { Ranges = [options.Range] }, _signer, options.Ciphers, Mix.One(bootSeed), ClockAt(at));
        View.Forget();
    }

    public void Stop()
    {
        Machine?.Dispose();
        Machine = null;
        IsPaused = false;
        ScheduledAt = long.MaxValue;
    }

    public void Dispose() => Stop();
}

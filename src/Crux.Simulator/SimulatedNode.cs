using Crux.Machines;
using Crux.Machines.Flock;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;
using Crux.Simulator.Disk;
using Crux.Simulator.Engine;
using Crux.Simulator.Flock;
using Crux.Simulator.Invariants;
using Crux.Simulator.Network;
using Crux.Simulator.Time;

namespace Crux.Simulator;

/// <summary>One simulated host: what outlives its process, and the machine while the process runs.</summary>
internal sealed class SimulatedNode : IDisposable
{
    /// <summary>Datagrams that a process's socket holds while it is paused or busy, as many as the kernel's buffer would; later ones are dropped.</summary>
    public const int MaxBacklog = 700;

    /// <summary>What it sent.</summary>
    public Traffic Sent;

    /// <summary>Its line out and its line in.</summary>
    public Shaper Uplink, Downlink;

    /// <summary>The hash of all that happened to it.</summary>
    public TraceHash Trace;

    /// <summary>Weathers of single links to a node that are remembered; beyond it a link shares one with others.</summary>
    private const int MaxLinks = 4_096;

    private readonly ulong _seed;
    private BurstState _weather;
    private Dictionary<int, BurstState>? _weathers;
    private readonly SimulatedSigner _signer;
    private ProbeSocket? _probes;

    public SimulatedNode(int index, NetAddress address, FlockCredentials credentials, ulong seed, ulong keySeed)
    {
        (Index, Address, Credentials, _seed) = (index, address, credentials, seed);
        _signer = new SimulatedSigner(Mix.Two(keySeed, 1));
        Id = NodeId.FromPublicKey(_signer.PublicKey.Span);
        Disk = new SimulatedDisk(Mix.Two(seed, 4));
        Chance = new SeededRandom(Mix.Two(seed, 5));
        KeySeed = keySeed;
        Name = $"node{index}";
        // No two nodes' clocks agree, so a machine that compared instants of two nodes would be found out.
        Clock = new NodeClock(TimeSpan.TicksPerHour + (long)(Mix.Two(seed, 2) % (ulong)TimeSpan.FromDays(100).Ticks));
    }

    public int Index { get; }

    /// <summary>The part of the world that it belongs to.</summary>
    public required Shard Shard { get; set; }

    /// <summary>What the network does to what it sends and gets.</summary>
    public SeededRandom Chance { get; }

    /// <summary>Events that it thought of.</summary>
    public ulong Thoughts { get; set; }

    /// <summary>When it was, or will be, on for the first time.</summary>
    public long FirstOnAt { get; set; } = long.MaxValue;

    public NetAddress Address { get; set; }

    public FlockCredentials Credentials { get; }

    /// <summary>The flock it truly belongs to, by number; another than its credentials say only where a test plants a fault.</summary>
    public int Flock { get; set; }

    public string Name { get; }

    public NodeId Id { get; }

    /// <summary>Equal seeds, equal keys: that is what a copied disk is.</summary>
    public ulong KeySeed { get; }

    public NodeClock Clock { get; }

    public string Rack { get; set; } = "";

    /// <summary>Nodes on different wires hear nothing of each other.</summary>
    public int Wire { get; set; }

    public FlockMachine? Machine { get; private set; }

    public bool IsOn => Machine is not null;

    public bool IsPaused { get; set; }

    public bool IsRunning => IsOn && !IsPaused;

    /// <summary>How often its process was started.</summary>
    public int Boots { get; private set; }

    /// <summary>When its process last started.</summary>
    public long BootedAt { get; private set; }

    /// <summary>When something last happened to it that may look like death to others.</summary>
    public long DisturbedAt { get; set; } = long.MinValue / 2;

    /// <summary>Whether it is under a fault that lasts: its eviction is no error.</summary>
    public bool IsSick => LossIn > 0 || LossOut > 0 || FlipFlops;

    /// <summary>Whether others are right to keep it out: it hears or says too little, or it is a copy of another.</summary>
    public bool IsOutcast => LossIn >= 0.5 || LossOut >= 0.5 || FlipFlops || IsCloned;

    /// <summary>It has another's key and disk.</summary>
    public bool IsCloned { get; set; }

    public double LossIn { get; set; }

    public double LossOut { get; set; }

    public bool FlipFlops { get; set; }

    /// <summary>The time of its one deadline event that counts; events for other times are stale.</summary>
    public long ScheduledAt { get; set; } = long.MaxValue;

    /// <summary>Until when its process is at work on a datagram.</summary>
    public long BusyUntil { get; set; }

    public bool IsServing { get; set; }

    public Queue<(int From, int Payload)> Backlog { get; } = new();

    public ProbeSocket Probes => _probes ??= new ProbeSocket();

    public long LastSentAt { get; set; }

    /// <summary>The beginning of a frame that it sent: what a forger overhears.</summary>
    public byte[] LastFrame { get; } = new byte[Flood.CopiedBytes];

    /// <summary>The next node at the same address; -1 where there is none.</summary>
    public int NextAtAddress { get; set; } = -1;

    public NodeView View { get; } = new();

    /// <summary>The fenced leader that it followed after its last step.</summary>
    public Fence? Fence { get; set; }

    public SimulatedDisk Disk { get; }

    /// <summary>The bursts of loss at its receiving end: of everything, or of what a certain node sends.</summary>
    public ref BurstState WeatherOf(SimulatedNode sender, bool perLink)
    {
        if (!perLink)
            return ref _weather;
        var links = _weathers ??= [];
        var link = links.Count < MaxLinks || links.ContainsKey(sender.Index) ? sender.Index : sender.Index % MaxLinks;
        return ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(links, link, out _);
    }

    /// <summary>This node's clock at a time of the world's.</summary>
    public Instant ClockAt(long at) => Clock.At(at);

    /// <summary>The world's time at an instant of this node's clock.</summary>
    public long WorldAt(Instant instant) => Clock.WorldAt(instant);

    public void Start(long at, SimulationOptions options, IFrameCipherSource ciphers, Action<LifeChange> witness)
    {
        Boots++;
        BootedAt = at;
        var bootSeed = Mix.Three(_seed, 3, options.RepeatsBootSecrets ? 1 : (ulong)Boots);
        var bootSecret = new byte[FlockSelf.BootSecretBytes];
        new SeededRandom(bootSeed).Fill(bootSecret);
        var self = new FlockSelf { Name = Name, Address = Address, PublicKey = _signer.PublicKey, BootSecret = bootSecret, Rack = Rack };
        Machine = new FlockMachine(self, Credentials, options.Flock with { Ranges = options.Ranges, Contacts = options.Contacts }, _signer, ciphers, Mix.One(bootSeed), ClockAt(at), Disk.Read())
        {
            IsWatched = options.WatchesViews,
            Witness = witness,
        };
        View.Forget();
    }

    public void Stop()
    {
        Machine?.Dispose();
        Machine = null;
        Disk.Crash();
        IsPaused = false;
        ScheduledAt = long.MaxValue;
        Fence = null;
    }

    public void Dispose() => Stop();
}

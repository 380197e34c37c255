using Crux.Machines;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;
using Crux.Simulator.Engine;
using Crux.Simulator.Invariants;
using Crux.Simulator.Network;

namespace Crux.Simulator;

/// <summary>
/// Many flock machines on one simulated network, in virtual time. The same seed and script give the same history, on however many
/// threads, and <see cref="SimulationReport.Trace"/> proves it.
/// </summary>
/// <remarks>One owner calls it.</remarks>
/// <remarks>What never may happen throws <see cref="SimulationException"/> at once, with the seed and the time, unless the options say to keep going.</remarks>
public sealed partial class FlockSimulation : IDisposable
{
    /// <summary>The port that every node uses.</summary>
    public const ushort Port = 23123;

    /// <summary>Breaches that are written down; a history that makes more has said enough.</summary>
    public const int MaxBreaches = 100;

    private readonly SimulationOptions _options;
    private readonly SeededRandom _random;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<Breach> _breaches = [];
    private readonly DigestTable _digests = new();
    private readonly Windows _windows;
    private readonly Wire _wire;
    private readonly WitnessedCipherSource _ciphers;
    private readonly MembershipInvariants _membership;
    private readonly RestInvariants _rest;
    private readonly BoundsInvariants _bounds;
    private readonly LeaderInvariants _leaders = new();
    private long _now;
    private ulong _thoughts;

    /// <summary>An empty world at time zero.</summary>
    public FlockSimulation(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _random = new(options.Seed);
        var places = new AddressPlaces(options.Range.First, options.AddressCount);
        _wire = new Wire(_nodes, places) { Conditions = options.Network };
        _ciphers = new WitnessedCipherSource(options.Ciphers, what => _windows!.TellRepeatedNonce(what));
        _membership = new(_nodes, Links, new Residents(places));
        _rest = new(_nodes, _digests, Links);
        _bounds = new(_nodes);
        _windows = new(this, _nodes, options.Workers);
    }

    /// <summary>What the network does now.</summary>
    public NetworkConditions Network
    {
        get => _wire.Conditions;
        set => _wire.Conditions = value;
    }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now => new(_now);

    /// <summary>Hears every event that any node raises: the time, the node, the event. For transcripts; it must not touch the world.</summary>
    public Action<TimeSpan, int, FlockEvent>? Witness { get; set; }

    /// <summary>How many nodes there are, on or off.</summary>
    public int Count => _nodes.Count;

    /// <summary>What happened so far.</summary>
    public SimulationReport Report => _windows.Report(_options.Seed, Now);

    /// <summary>Invariants that did not hold, where the options say to keep going.</summary>
    public IReadOnlyList<Breach> Breaches => _breaches;

    internal Connectivity Links => _wire.Links;

    internal Wire Wire => _wire;

    internal SimulationOptions Options => _options;

    internal IFrameCipherSource Ciphers => _ciphers;

    internal IReadOnlyList<Flood> Floods => _floods;

    internal IReadOnlyList<SimulatedNode> Nodes => _nodes;

    internal DigestTable Digests => _digests;

    internal MembershipInvariants Membership => _membership;

    internal RestInvariants Rest => _rest;

    internal BoundsInvariants Bounds => _bounds;

    internal LeaderInvariants Leaders => _leaders;

    internal long NoncesRepeated => _windows.NoncesRepeated;

    /// <summary>Test hook: changes a frame just before a node gets it; told whether that node accepted it before.</summary>
    internal Action<Span<byte>, bool>? Alters { get; set; }

    /// <summary>Test hook: changes what a machine says before anybody hears it.</summary>
    internal Func<int, FlockEvent, FlockEvent>? Falsifies { get; set; }

    /// <summary>Test hook: changes what a machine did to its view before the checkers hear of it.</summary>
    internal Func<int, LifeChange, LifeChange>? FalsifiesLives { get; set; }

    /// <summary>What keeps the world from rest, in words; null at rest: one view, one leader, nobody missing and nobody dead, in each connected part.</summary>
    /// <param name="evenInDoubt">Whether a view that is not settled, while somebody in it is in doubt, counts as at rest.</param>
    public string? Unrest(bool evenInDoubt = false) => _rest.Unrest(evenInDoubt);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan span)
    {
        _membership.Index();
        var until = _now + span.Ticks;
        _windows.Run(until, at => _now = at);
        _now = until;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _windows.Dispose();
        _nodes.ForEach(node => node.Dispose());
    }

    internal void Broken(Invariant invariant, string what)
    {
        if (!_options.KeepsGoing)
            throw Failure(_now, what);
        if (_breaches.Count < MaxBreaches)
            _breaches.Add(new Breach(invariant, Now, what));
    }

    internal void Tell((Invariant Invariant, string What)? breach)
    {
        if (breach is var (invariant, what))
            Broken(invariant, what);
    }

    internal SimulationException Failure(long at, string what, Exception? inner = null) =>
        new($"seed {_options.Seed}, at {new TimeSpan(at).TotalSeconds:F3} s: {what}", inner);
}

namespace Crux.Simulator.Anchors;

/// <summary>
/// The constants of SWIM as memberlist runs it. The defaults are those of its LAN profile (<c>DefaultLANConfig</c>), which the Rapid
/// paper measured.
/// </summary>
public sealed record AnchorProtocol
{
    /// <summary>memberlist as it is: whole states are exchanged over TCP, and a probe that UDP does not answer is tried over TCP.</summary>
    public static AnchorProtocol Memberlist { get; } = new();

    /// <summary>SWIM with Lifeguard's suspicion, over UDP alone: no exchange of states, no probe over TCP.</summary>
    public static AnchorProtocol Swim { get; } = new() { TcpProbes = false, PushPull = false };

    /// <summary>Time between two rounds of gossip.</summary>
    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Nodes that a round of gossip goes to.</summary>
    public int GossipNodes { get; init; } = 3;

    /// <summary>How long the dead are still gossiped to, so that they may refute, and kept.</summary>
    public TimeSpan GossipToTheDead { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest datagram.</summary>
    public int PacketBytes { get; init; } = 1400;

    /// <summary>A rumour is sent this times ceil(log10(n + 1)) times by each who has it.</summary>
    public int RetransmitMult { get; init; } = 4;

    /// <summary>Time between two exchanges of whole states in groups up to 32; longer by the logarithm of the size above that.</summary>
    public TimeSpan PushPullInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whole states a node exchanges at once when asked; who comes on top is refused.</summary>
    public int MaxPushPulls { get; init; } = 128;

    /// <summary>Time between two probes by one node.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After this, a probe goes through others too.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many others are asked to probe.</summary>
    public int IndirectChecks { get; init; } = 3;

    /// <summary>A suspicion lasts at least this times log10(n) probe intervals.</summary>
    public int SuspicionMult { get; init; } = 4;

    /// <summary>And at most this many times that, while nobody confirms it (Lifeguard).</summary>
    public int SuspicionMaxTimeoutMult { get; init; } = 6;

    /// <summary>How much slower a node that doubts its own health probes, at most (Lifeguard).</summary>
    public int AwarenessMax { get; init; } = 8;

    /// <summary>Whether whole states are exchanged over TCP.</summary>
    public bool PushPull { get; init; } = true;

    /// <summary>Whether a probe that UDP does not answer is tried over TCP.</summary>
    public bool TcpProbes { get; init; } = true;

    /// <summary>How often each who has a rumour sends it in a group of <paramref name="size"/>.</summary>
    public int Transmissions(int size) => RetransmitMult * (int)Math.Ceiling(Math.Log10(size + 1));

    /// <summary>The shortest suspicion in a group of <paramref name="size"/>.</summary>
    public TimeSpan LeastSuspicion(int size) => SuspicionMult * Math.Floor(1000 * Math.Max(1, Math.Log10(Math.Max(1, size)))) / 1000 * ProbeInterval;

    /// <summary>Time between two exchanges of states in a group of <paramref name="size"/>.</summary>
    public TimeSpan PushPullPeriod(int size)
    {
        const int Threshold = 32;
        return size <= Threshold ? PushPullInterval : PushPullInterval * (Math.Ceiling(Math.Log2(size) - Math.Log2(Threshold)) + 1);
    }
}

using System.Collections.Immutable;

namespace Crux.Machines.Flock;

/// <summary>The flock's rules in numbers. <c>docs/protocols/flock.md</c> gives the reason for each.</summary>
public sealed record FlockOptions
{
    /// <summary>Where other nodes may be. Empty: this node only hears those that find it.</summary>
    public ImmutableArray<AddressRange> Ranges { get; init; } = [];

    /// <summary>The most <see cref="Contacts"/> one may name.</summary>
    public const int MaxContacts = 1_024;

    /// <summary>
    /// Single addresses where other nodes may be: of IPv6, or beyond the ranges. One of them that answers is enough. A port of 0 is
    /// the one probed in the ranges.
    /// </summary>
    public ImmutableArray<NetAddress> Contacts { get; init; } = [];

    /// <summary>The port probed in <see cref="Ranges"/>; 0 means this node's own.</summary>
    public ushort ProbePort { get; init; }

    /// <summary>Time between two beats to an observer. Default 1 s; from 50 ms to 1 min.</summary>
    public TimeSpan BeatPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A member heard within this is well: what others say against it can wait, and a node that stood still for longer was missed. Default 2.5 s; at least two beat periods.</summary>
    public TimeSpan SilenceWindow { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Time between the first probes of a member in doubt, which one observer sends alone. Default 40 ms.</summary>
    public TimeSpan ProbePeriod { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Probes that an observer sends alone before it tells the others of its doubt. Default 3: most doubts are a lost beat.</summary>
    public int ProbesAlone { get; init; } = 3;

    /// <summary>Time between two turns of asking, once all observers ask. Default 10 ms: an outage of 1.6 s leaves 14 turns of the asking.</summary>
    public TimeSpan AskPeriod { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long all observers ask in vain, while others answer them, before they raise their alarms. Default 1.8 s: longer than any outage in which a node misses 40 % of 4 s.</summary>
    public TimeSpan ProbeTime { get; init; } = TimeSpan.FromSeconds(1.8);

    /// <summary>How long they ask where others do not answer either. Default 3.3 s: longer than two such outages, the subject's and then one's own.</summary>
    public TimeSpan MaxProbeTime { get; init; } = TimeSpan.FromSeconds(3.3);

    /// <summary>How long the view must stand still to count as settled. Default 500 ms.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Time between two rounds of pushing news on. Default 40 ms.</summary>
    public TimeSpan GossipPeriod { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Probes of unknown addresses sent at once. Default 192: the kernel queues some 256 unresolved neighbours.</summary>
    public int ScanBurst { get; init; } = 192;

    /// <summary>Probes of unknown addresses a second after the burst. Default 80: 256 neighbours in 3 s.</summary>
    public double ScanRate { get; init; } = 80;

    /// <summary>Probes a second that the whole group still sends once it has backed off, twice as many from 32 members on. Default 4.</summary>
    public double SlowScanRate { get; init; } = 4;

    /// <summary>How often the group covers the range without finding anyone before it backs off. Default 5.</summary>
    public double SweepsBeforeBackOff { get; init; } = 5;

    /// <summary>From this size on, mass silence is a partition. Default 16.</summary>
    public int PartitionMinMembers { get; init; } = 16;

    /// <summary>The part of the view that must fall silent at once to be a partition. Default 0.25.</summary>
    public double PartitionFraction { get; init; } = 0.25;

    /// <summary>How long unreachable members are kept where a majority is present. Default 60 s.</summary>
    public TimeSpan UnreachableLife { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long it is remembered that a member left or was evicted. Default 10 min.</summary>
    public TimeSpan TombstoneLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The most voters that elect a fenced leader. Default 7, so that three may fail; from 0 (nobody is ever elected) to 7.</summary>
    public int MaxVoters { get; init; } = 7;

    /// <summary>The most members a view holds; later ones are refused. Default 16,384.</summary>
    public int MaxMembers { get; init; } = 16_384;

    /// <summary>In a view of up to this many each member fetches the name and key of every other; in a larger one of those it has to do with. Default 1,024.</summary>
    public int AcquaintedMembers { get; init; } = 1_024;

    /// <summary>What is wrong with these numbers, and what would be right; null where nothing is.</summary>
    public string? FindProblem()
    {
        if (BeatPeriod < TimeSpan.FromMilliseconds(50) || BeatPeriod > TimeSpan.FromMinutes(1))
            return $"The beat period is {BeatPeriod}; it may be 50 ms to 1 min.";
        if (SilenceWindow < 2 * BeatPeriod)
            return $"The silence window is {SilenceWindow}; it needs at least two beat periods of {BeatPeriod}.";
        if (ProbePeriod <= TimeSpan.Zero || AskPeriod <= TimeSpan.Zero || GossipPeriod <= TimeSpan.Zero || ProbesAlone is < 1 or > 15)
            return "The probe, ask and gossip periods must be above zero, and the probes sent alone 1 to 15.";
        if (ProbeTime < 8 * AskPeriod || MaxProbeTime < ProbeTime)
            return $"The probe time is {ProbeTime}, and {MaxProbeTime} at most; it needs at least eight ask periods of {AskPeriod}, and no less at most than usual.";
        if (ScanBurst is < 1 or > 4_096 || ScanRate is not (> 0 and <= 10_000) || SlowScanRate is not (> 0 and <= 10_000) || SweepsBeforeBackOff is not >= 1)
            return "The scan burst must be 1 to 4,096, the scan rates above 0 and at most 10,000 a second, and the sweeps before backing off at least 1.";
        if (PartitionMinMembers < 3 || PartitionFraction is not (> 0 and < 1) || MaxMembers is < 2 or > 65_536)
            return "A partition needs at least 3 members and a part between 0 and 1; a view holds 2 to 65,536 members.";
        if (Contacts.IsDefault || Contacts.Length > MaxContacts)
            return $"The contacts are missing, or more than {MaxContacts}; an empty list means that there are none.";
        if (MaxVoters is < 0 or > 7)
            return $"There can't be {MaxVoters} voters: 0 to 7.";
        return Ranges.IsDefault ? "The ranges are missing; an empty list means that this node looks for nobody." : null;
    }
}

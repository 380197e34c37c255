namespace Crux.Machines.Flock.Membership;

/// <summary>
/// An acquaintance: an address that holds, or held, a node, and what this node alone knows of it. The view holds thousands of
/// records; only of those with which there is something between them does it keep such an object.
/// </summary>
internal sealed class Slot(MemberRecord record, Instant now)
{
    public const int NotObserved = int.MaxValue;

    /// <summary>What the view holds; kept the same by it while <see cref="ViewTable"/> knows this object.</summary>
    public MemberRecord Record { get; private set; } = record;

    public NetAddress Address => Record.Address;

    /// <summary>The verified blob of the record's boot; <see cref="ViewTable.Identify"/> sets it.</summary>
    public NodeBlob? Blob { get; private set; }

    /// <summary>Who lives there, once its blob has come.</summary>
    public NodeId? Id => Blob?.Id;

    /// <summary>When this boot came into the view, or was met.</summary>
    public Instant Since { get; private set; } = now;

    /// <summary>When it was last looked up.</summary>
    public Instant UsedAt { get; set; } = now;

    /// <summary>Whoever holds on to this object from one call to the next sets this; the view then keeps it up to date.</summary>
    public bool IsPinned { get; set; }

    /// <summary>Others can't raise the incarnation without end from here on: the first one seen, or what its node itself last said.</summary>
    public (uint Incarnation, Instant At) Base { get; set; } = (record.Incarnation, now);

    /// <summary>When a frame bound to this node last came from it; null where none did.</summary>
    public Instant? HeardAt { get; set; }

    /// <summary>Who told of it: asked first for its blob.</summary>
    public NetAddress Informant { get; set; }

    /// <summary>Blob requests sent so far, and when the next one may go.</summary>
    public int BlobTries { get; set; }

    public Instant BlobDue { get; set; } = now;

    /// <summary>It stands in <see cref="FlockState.BlobsWanted"/>.</summary>
    public bool IsBlobWanted { get; set; }

    /// <summary>And not just because it is a neighbour at the moment.</summary>
    public bool IsBlobNeeded { get; set; }

    /// <summary>This node's rank among the slot's observers.</summary>
    public int Rank { get; set; } = NotObserved;

    public Instant ObservedSince { get; set; }

    /// <summary>Not doubted again before this.</summary>
    public Instant TrustedUntil { get; set; }

    /// <summary>When it last answered bad news of itself with a higher incarnation.</summary>
    public Instant? RefutedAt { get; set; }

    /// <summary>What others say became of it, until it had time to refute.</summary>
    public MemberRecord? Hearsay { get; set; }

    public Instant HearsayDue { get; set; }

    /// <summary>The last beat's number, both ways.</summary>
    public uint BeatSent { get; set; }

    public uint BeatHeard { get; set; }

    /// <summary>Probes sent to it, and probes that came from it.</summary>
    public uint ProbesSent { get; set; }

    /// <inheritdoc cref="ProbesSent"/>
    public ushort ProbesHeard { get; set; }

    /// <summary>When it was last asked to introduce itself, or told what is said of it.</summary>
    public Instant ApproachDue { get; set; } = now;

    /// <summary>Key for choosing who watches whom.</summary>
    public ulong Key { get; private set; } = KeyOf(record);

    /// <summary>It lived a moment ago: whoever finds it silent now has not listened for a window.</summary>
    public bool HasJustRefuted(FlockState state) => RefutedAt is { } at && state.Now - at < state.Options.SilenceWindow;

    public static ulong KeyOf(MemberRecord record) => Mix.Two(record.Salt, Mix.Of(record.Address));

    /// <summary>Nothing is lost with it.</summary>
    public bool IsIdle(Instant since) => UsedAt < since && !IsPinned && !IsBlobWanted && Rank == NotObserved && Hearsay is null && !(HeardAt >= since);

    internal void Know(NodeBlob? blob) => Blob = blob;

    internal void Take(MemberRecord record, Instant now)
    {
        var isSameBoot = record.IsSameBoot(Record);
        if (!isSameBoot || !Record.IsLive)
        {
            Since = now;
            HeardAt = null;
            BeatHeard = 0;
            Rank = NotObserved;
        }
        if (record.IsLive && isSameBoot && record.Incarnation > Record.Incarnation)
            RefutedAt = now;
        if (!isSameBoot)
        {
            RefutedAt = null;
            Blob = null;
            BlobTries = 0;
            BlobDue = now;
            IsBlobNeeded = false;
        }
        Record = record;
        Key = KeyOf(record);
        Hearsay = null;
    }
}

namespace Crux.Machines.Flock.Membership;

/// <summary>One address that holds, or held, a node: its record, and what this node alone knows of it.</summary>
internal sealed class Slot(MemberRecord record, Instant now)
{
    public const int NotObserved = int.MaxValue;

    public MemberRecord Record { get; set; } = record;

    public NetAddress Address => Record.Address;

    /// <summary>The verified blob of the record's boot.</summary>
    public NodeBlob? Blob { get; set; }

    /// <summary>When this boot came into the view.</summary>
    public Instant Since { get; set; } = now;

    /// <summary>When the record last changed.</summary>
    public Instant ChangedAt { get; set; } = now;

    /// <summary>Others can't raise the incarnation without end from here on: the first one seen, or what its node itself last said.</summary>
    public (uint Incarnation, Instant At) Base { get; set; } = (record.Incarnation, now);

    /// <summary>When a frame bound to this node last came from it; null where none did.</summary>
    public Instant? HeardAt { get; set; }

    /// <summary>Who told of it: asked first for its blob.</summary>
    public NetAddress Informant { get; set; }

    /// <summary>Blob requests sent so far, and when the next one may go.</summary>
    public int BlobTries { get; set; }

    public Instant BlobDue { get; set; } = now;

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

    /// <summary>When it was last asked to introduce itself, or told what is said of it.</summary>
    public Instant ApproachDue { get; set; } = now;

    /// <summary>The member shown to others; rebuilt when null.</summary>
    public Member? Shown { get; set; }

    /// <summary>Key for rendezvous hashing.</summary>
    public ulong Key { get; set; } = KeyOf(record);

    /// <summary>It lived a moment ago: whoever finds it silent now has not listened for a window.</summary>
    public bool HasJustRefuted(FlockState state) => RefutedAt is { } at && state.Now - at < state.Options.SilenceWindow;

    public static ulong KeyOf(MemberRecord record) => Mix.Two(Mix.Of(record.Id), Mix.Of(record.Address));
}

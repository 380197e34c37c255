using Crux.Machines.Flock.Durable;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock;

/// <summary>What all parts of one machine share, and the arguments of the call that is under way.</summary>
internal sealed class FlockState
{
    public FlockState(
        FlockSelf self, FlockCredentials credentials, FlockOptions options, INodeSigner signer, IFrameCipherSource ciphers, ulong seed, Instant now,
        FlockMemory? memory = null)
    {
        if (!signer.PublicKey.Span.SequenceEqual(self.PublicKey.Span))
            throw new ArgumentException("The signer holds another key than the node says it has.", nameof(signer));
        if (options.FindProblem() is { } problem)
            throw new ArgumentException(problem, nameof(options));
        (Self, Flock, Options, Signer) = (self, credentials.Name, options, signer);
        (Bloc, OperatorKey) = (credentials.Bloc.Name, credentials.OperatorPublicKey);
        (Memory, Durable) = (memory ?? new FlockMemory(), new DurableWrites(this));
        (Checks, Ciphers, Credentials) = (new SignatureChecks(signer, Counters), ciphers, credentials);
        Id = self.Id;
        Random = new SeededRandom(seed);
        Gate = new FrameGate(self, credentials, ciphers, options.MaxMembers, (address, salt) => View!.TryGet(address, out var record) && record.Salt == salt);
        View = new ViewTable(options.MaxMembers, Gate.Salt) { Now = now, HeardAt = Gate.HeardAt };
        Boot = Boots.Next(Memory);
        Blob = NodeBlob.Sign(self, signer, Boot);
        View.Put(new MemberRecord(self.Address, 1, RecordStatus.Alive, Gate.Salt), now);
        View.Identify(Blob);
        Me = View.Find(self.Address)!;
        Me.IsPinned = true;
    }

    public FlockSelf Self { get; }

    public NodeId Id { get; }

    public string Flock { get; }

    public string Bloc { get; }

    /// <summary>The operator's public key; empty where the flock file names none.</summary>
    public ReadOnlyMemory<byte> OperatorKey { get; }

    /// <summary>The uuid that the flock was sealed under; 0 while it is not sealed.</summary>
    public UInt128 Uuid { get; set; }

    /// <summary>Stands for <see cref="Uuid"/> in introductions; 0 while the flock is not sealed.</summary>
    public ulong SealTag => TagOf(Uuid);

    public FlockOptions Options { get; }

    public SeededRandom Random { get; }

    public FlockCounters Counters { get; } = new();

    public INodeSigner Signer { get; }

    public SignatureChecks Checks { get; }

    public IFrameCipherSource Ciphers { get; }

    public FlockCredentials Credentials { get; }

    /// <summary>The fenced leader that this node follows; null while there is none.</summary>
    public Fence? Fence { get; set; }

    /// <summary>Whom the operator lets in.</summary>
    public AdmissionBook Admission { get; } = new();

    /// <summary>What was on disk when this process started.</summary>
    public FlockMemory Memory { get; }

    public DurableWrites Durable { get; }

    public ViewTable View { get; }

    public FrameGate Gate { get; }

    /// <summary>How often this node was started, this time included.</summary>
    public uint Boot { get; }

    /// <summary>Where the machine lives whose identity this one has; null while it is a member in its own right.</summary>
    public NetAddress? AsideFor { get; set; }

    /// <summary>This node's own blob.</summary>
    public NodeBlob Blob { get; }

    /// <summary>Grows with every member's blob that was learnt: names are shown from blobs, and the view's version does not tell.</summary>
    public ulong BlobsLearnt { get; set; }

    /// <summary>Members of at most this many wait for their blob to be fetched.</summary>
    public const int MaxBlobsWanted = 1_024;

    /// <summary>While the view grows fast, a neighbour's blob is fetched only if it still is a neighbour after this.</summary>
    public static readonly TimeSpan BlobPatience = TimeSpan.FromSeconds(1);

    /// <summary>A large view that does not grow fast: the others of this moment are asked for together.</summary>
    public static readonly TimeSpan BlobGathering = TimeSpan.FromMilliseconds(100);

    /// <summary>Members whose blob is to be fetched.</summary>
    public List<Slot> BlobsWanted { get; } = [];

    /// <summary>When the first of them is due, at the earliest.</summary>
    public Instant BlobsDue { get; set; } = Instant.Never;

    /// <summary>This node's own slot; always in the view.</summary>
    public Slot Me { get; }

    /// <summary>The time of the call under way.</summary>
    public Instant Now
    {
        get => View.Now;
        set => View.Now = value;
    }

    /// <summary>The outbox of the call under way.</summary>
    public FlockOutbox Outbox { get; set; } = new();

    /// <summary>While it lies ahead, this node judges nobody: it did not run, and what it missed says nothing of others.</summary>
    public Instant AbstainsUntil { get; set; }

    public bool Abstains => Now < AbstainsUntil;

    /// <summary>While it lies ahead, this node runs late, and neither doubts nor alarms: what it has not heard may be waiting for it.</summary>
    public Instant LateUntil { get; set; }

    /// <summary>When anything of any member was heard last.</summary>
    public Instant HeardAt { get; set; }

    /// <summary>While it lies ahead, this node hears little of what it should: others that seem silent may not be.</summary>
    public Instant HearsPoorlyUntil { get; set; }

    /// <summary>While it lies ahead, this node has seen the network split: members beyond it that others call unreachable are so.</summary>
    public Instant PartedUntil { get; set; }

    /// <summary>When this node may judge again; past where it may.</summary>
    public Instant JudgesFrom => Instant.Max(Instant.Max(AbstainsUntil, LateUntil), HearsPoorlyUntil);

    public bool Judges => Now >= JudgesFrom;

    /// <summary>The valid claim that this node holds for the best; null while nobody leads.</summary>
    public LeaderClaim? Claim { get; set; }

    /// <summary>Whether the group has looked everywhere about once since this node started.</summary>
    public bool IsCovered { get; set; }

    /// <summary>The members of the largest view that somebody said was settled; 0 where nobody has.</summary>
    public uint SettledMembers { get; set; }

    /// <summary>Whether the view stands still, and only others that hold the very same have yet to be heard.</summary>
    public bool SeeksAgreement { get; set; }

    /// <summary>Whether the view has stood still long enough to act on.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Eight bytes that stand for a uuid; 0 for none.</summary>
    public static ulong TagOf(UInt128 uuid) => uuid == 0 ? 0 : Mix.Two((ulong)(uuid >> 64), (ulong)uuid) | 1;

    /// <summary>Whether a lineage is one that this node may be of: once the flock is sealed, the one that it was sealed as.</summary>
    public bool MayFollow(UInt128 lineage) => Uuid == 0 || lineage == Uuid;

    /// <summary>Whether who shows this tag was sealed as another flock.</summary>
    public bool IsForeign(ulong sealTag) => sealTag != 0 && Uuid != 0 && sealTag != SealTag;

    public ViewSummary Summarise() => new(View.Hash, Claim?.Digest ?? 0, (uint)View.LiveCount, IsSettled);

    /// <summary>This node has to know a member's key now: it leads, votes, or accuses.</summary>
    public void WantBlob(Slot slot)
    {
        slot.IsBlobNeeded = true;
        Want(slot, Now);
    }

    /// <summary>The same, where somebody has just shown that it has it: that one is asked, however often others were in vain.</summary>
    public void WantBlob(Slot slot, NetAddress holder)
    {
        slot.Informant = holder;
        if (slot.BlobTries > 0)
            (slot.BlobTries, slot.BlobDue) = (0, Instant.Min(slot.BlobDue, Now + BlobGathering));
        BlobsDue = Instant.Min(BlobsDue, slot.BlobDue);
        slot.IsBlobNeeded = true;
        Want(slot, slot.BlobDue);
    }

    /// <summary>A member watches this node, or is watched by it: its key will be needed if that lasts.</summary>
    public void WantNeighbourBlob(Slot slot) =>
        Want(slot, Now + (View.IsGrowingFast ? BlobPatience : View.LiveCount > Growth.FewMembers ? BlobGathering : TimeSpan.Zero));

    /// <summary>Whatever was asked for so far was asked in vain: nobody could read this node's questions, or it the answers.</summary>
    public void WantBlobsAnew()
    {
        foreach (var slot in BlobsWanted)
            (slot.BlobTries, slot.BlobDue) = (0, Instant.Min(slot.BlobDue, Now + BlobGathering));
        BlobsDue = Instant.Min(BlobsDue, Now + BlobGathering);
    }

    private void Want(Slot slot, Instant due)
    {
        if (slot.Blob is not null || (slot.IsBlobWanted && slot.BlobDue <= due) || (!slot.IsBlobWanted && BlobsWanted.Count == MaxBlobsWanted))
            return;
        // What was asked for a moment ago is on its way.
        slot.BlobDue = slot.BlobTries == 0 ? due : Instant.Max(slot.BlobDue, due);
        BlobsDue = Instant.Min(BlobsDue, slot.BlobDue);
        if (slot.IsBlobWanted)
            return;
        slot.IsBlobWanted = true;
        BlobsWanted.Add(slot);
    }

    public bool IsMe(MemberRecord record) => record.Address == Self.Address;

    public bool IsMe(Slot slot) => ReferenceEquals(slot, Me);

    public void Raise(FlockEvent news) => Outbox.Raise(news);

    /// <summary>Whether a member signed this; null where there is too much to check to tell now.</summary>
    public bool? Verify(NodeBlob signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Checks.Check(Now, signer.PublicKey.Span, message, signature);
}

using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Detection;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Membership;

/// <summary>
/// Takes in what others say of slots. Good news at once; bad news of a member that seems well waits until that member had time
/// to refute, because after a partition heals both sides hold such news of everybody.
/// </summary>
internal sealed class Census(FlockState state, Mail mail, Rumors rumors, AlarmBook alarms)
{
    /// <summary>How long a member has to refute what others say of it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    public const int MaxHearsay = 1_024;

    /// <summary>Least time between two messages that tell a member what is said of it.</summary>
    public static readonly TimeSpan TellPeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>What others say may raise a slot's incarnation by this over what was seen first, and by <see cref="IncarnationsPerSecond"/>.</summary>
    public const uint MaxLeap = 1 << 20;

    /// <inheritdoc cref="MaxLeap"/>
    public const uint IncarnationsPerSecond = 16;

    /// <summary>The highest incarnation believed of a slot of which nothing is known, and of this node's own.</summary>
    public const uint MaxUnknown = 1 << 24;

    /// <summary>Beyond this nobody's word counts, not even a node's own: there is always room above.</summary>
    public const uint MaxIncarnation = int.MaxValue;

    // A refutation goes above what it refutes: it must not be refused where that was believed.
    private const uint RoomToRefute = 1_024;

    private readonly List<Slot> _hearsay = [];

    /// <summary>Slots of which the last informant told less than is known here: whoever lived there has ended, or it is this node and lives.</summary>
    public List<(BlockId Block, SlotSet Slots)> Outdated { get; } = [];

    /// <summary>Who was evicted of late.</summary>
    public Relapses Relapses { get; } = new(state);

    /// <summary>This node was evicted, or finds out whether: it takes no new life to answer what is said.</summary>
    public Func<bool>? IsOut { get; set; }

    /// <summary>News of this node's own end, and who brought it: true where it is found out first whether that is so.</summary>
    public Func<MemberRecord, NetAddress, bool>? AsksFirst { get; set; }

    /// <summary>When the view last changed.</summary>
    public Instant ChangedAt { get; private set; } = state.Now;

    /// <summary>When a node that was not in the view last came in.</summary>
    public Instant FoundAt { get; private set; } = state.Now;

    public Instant Due
    {
        get
        {
            var due = Instant.Never;
            foreach (var slot in _hearsay)
                due = Instant.Min(due, slot.HearsayDue);
            return due;
        }
    }

    /// <summary>Takes records from <paramref name="informant"/> up to the message's end: <see cref="GossipCodec.AreSections"/> found them whole.</summary>
    public void Learn(ref WireReader sections, NetAddress informant, bool isSpread)
    {
        Outdated.Clear();
        var cursor = default(BlockCursor);
        while (!sections.AtEnd)
        {
            var section = RecordSection.Read(ref sections, ref cursor);
            Learn(ref section, informant, isSpread ? section.Hops : 0);
        }
    }

    // While a flock forms, hundreds of thousands of records come to each node: what is held already, and who is new and well, is
    // told from the rest at a look.
    private void Learn(ref RecordSection section, NetAddress informant, int hops)
    {
        var block = state.View.FindBlock(section.Block);
        block?.Reserve(section.Slots.Without(block.Held).Count);
        var ended = default(SlotSet);
        while (section.Next(out var slot, out var life))
        {
            var isHeld = block?.Held.Has(slot) == true;
            if (isHeld && life.CompareTo(block!.LifeAt(slot)) <= 0 && !IsMine(section.Block, slot))
            {
                if (!block.Live.Has(slot) && life.IsLive)
                    ended.Add(slot);
                continue;
            }
            if (!isHeld && life.Status == RecordStatus.Alive && life.Incarnation <= MaxUnknown)
            {
                if (!state.View.HasRoom)
                    continue;
                block ??= state.View.BlockFor(section.Block);
                state.View.Enter(block, slot, life.Salt, life.Incarnation);
                (ChangedAt, FoundAt) = (state.Now, state.Now);
                rumors.Tell(block, slot, hops);
                continue;
            }
            Learn(new MemberRecord(section.Block.Slot((byte)slot), life.Incarnation, life.Status, life.Salt), informant, hops);
            // A tombstone may have made room for another, and its block with it.
            block = state.View.FindBlock(section.Block);
            // Whoever tells this node what is said of it waits for the answer, and soon believes what was said.
            if (life.Status != RecordStatus.Alive && IsMine(section.Block, slot) && block?.LifeAt(slot).CompareTo(life) > 0)
                ended.Add(slot);
        }
        if (!ended.IsEmpty)
            Outdated.Add((section.Block, ended));
    }

    private bool IsMine(BlockId block, int slot) => slot == BlockId.SlotOf(state.Self.Address) && block == BlockId.Of(state.Self.Address);

    /// <summary>Takes one record from <paramref name="informant"/>, and passes it on as often as <paramref name="hops"/> says.</summary>
    public void Learn(MemberRecord record, NetAddress informant, int hops)
    {
        if (record.Address == state.Self.Address)
        {
            if (record.Status != RecordStatus.Evicted || AsksFirst?.Invoke(record, informant) != true)
                Refute(record);
            return;
        }
        if (!state.View.TryGet(record.Address, out var held))
        {
            if (record.Incarnation <= MaxUnknown)
                Apply(record, informant, hops);
            return;
        }
        // The greater part of what gossip brings is known.
        if (record.CompareTo(held) <= 0)
            return;
        // It goes with the next cut, together with others: not before because somebody cut a moment earlier.
        if (record.Status == RecordStatus.Evicted && record.Incarnation == held.Incarnation && alarms.Condemned.Contains(record.Address))
            return;
        if (Relapses.Bars(held, record))
            return;
        if (!IsRefutation(held, record))
        {
            if (record.Status != RecordStatus.Alive && _hearsay.Count == MaxHearsay)
                return;
            // Of the thousands beyond a split no more is kept than their records.
            var met = record.Incarnation <= MaxUnknown ? state.View.FindMet(record.Address) : state.View.Find(record.Address);
            if (!IsCredible(held, met, record))
                return;
            if (IsWorse(held, met, record) && NeedsGrace(held, met, record))
            {
                Await(state.View.Find(record.Address)!, record);
                return;
            }
        }
        Apply(record, informant, hops);
    }

    /// <summary>Takes the record that a stranger with the flock's key says of itself: as good as any member's word.</summary>
    public void Greet(MemberRecord record) => Learn(record, record.Address, rumors.HopsFromHere);

    /// <summary>Takes a record without asking anybody: this node's own judgement, or the subject's own word.</summary>
    public bool Apply(MemberRecord record, NetAddress informant, bool spread) => Apply(record, informant, spread ? rumors.HopsFromHere : 0);

    private bool Apply(MemberRecord record, NetAddress informant, int hops)
    {
        var wasLive = state.View.TryGet(record.Address, out var before) && before.IsLive && before.IsSameBoot(record);
        if (!state.View.Put(record, state.Now))
            return false;
        if (state.View.FindMet(record.Address) is { } met)
        {
            met.Informant = informant;
            // Shown under its last boot's name until this one's blob has come.
            if (!before.IsSameBoot(record) && record.IsLive)
                state.WantBlob(met);
        }
        if (before.Status == RecordStatus.Alive && wasLive && record.Status == RecordStatus.Evicted)
            Relapses.Note(record);
        if (wasLive || record.IsLive)
            ChangedAt = state.Now;
        if (!wasLive && record.IsLive)
            FoundAt = state.Now;
        rumors.Tell(record.Address, hops);
        return true;
    }

    /// <summary>Another says of this node's slot what this node did not say: a higher incarnation answers.</summary>
    public void Refute(MemberRecord record)
    {
        var mine = state.Me.Record;
        if (record.Incarnation < mine.Incarnation || record.Incarnation > Ceiling(MaxUnknown, state.Me)
            || (record.IsSameBoot(mine) && record.CompareTo(mine) <= 0) || IsOut?.Invoke() == true)
            return;
        if (record.IsSameBoot(mine))
            state.Counters.Refutations++;
        Apply(mine with { Incarnation = record.Incarnation + 1 }, state.Self.Address, spread: true);
    }

    public void Tick()
    {
        for (var i = _hearsay.Count - 1; i >= 0; i--)
        {
            var slot = _hearsay[i];
            if (slot.Hearsay is not null && state.Now < slot.HearsayDue)
                continue;
            _hearsay.RemoveAt(i);
            if (slot.Hearsay is { } verdict)
                Apply(verdict, slot.Informant, spread: true);
        }
        state.View.Expire(state.Now, state.Options.TombstoneLife);
    }

    /// <summary>A node introduced itself, and proved its key and its address: from what it says of its own slot others may count on.</summary>
    public void Introduce(MemberRecord record, NetAddress from)
    {
        if (record.Incarnation > MaxIncarnation || (state.View.TryGet(from, out var held) && Relapses.Bars(held, record)))
            return;
        Apply(record, from, spread: true);
        if (state.View.FindLive(from) is { } slot && slot.Record.IsSameBoot(record) && slot.Base.Incarnation < record.Incarnation)
            slot.Base = (record.Incarnation, state.Now);
    }

    // Whoever could raise an incarnation to the last number would ban a slot for good: nobody could say anything above it.
    private bool IsCredible(MemberRecord held, Slot? met, MemberRecord record)
    {
        var room = record.IsLive && record.IsSameBoot(held) ? RoomToRefute : 0;
        return record.Incarnation <= (met is null ? held.Incarnation + (long)MaxLeap : Ceiling(MaxLeap, met)) + room;
    }

    // Good news of a known boot in small steps, up to where one has to know more of it: after a partition everybody has some.
    private bool IsRefutation(MemberRecord held, MemberRecord record) =>
        held.IsLive && record.Status == RecordStatus.Alive && record.IsSameBoot(held)
        && record.Incarnation <= MaxUnknown && record.Incarnation <= held.Incarnation + RoomToRefute
        && state.View.FindMet(record.Address) is null;

    private long Ceiling(uint leap, Slot slot) =>
        slot.Base.Incarnation + leap + ((long)(state.Now - slot.Base.At).TotalSeconds * IncarnationsPerSecond);

    // Gone; or another in its place, by the word of a third while this one speaks.
    private bool IsWorse(MemberRecord held, Slot? met, MemberRecord record) =>
        held.Status == RecordStatus.Alive && (record.IsSameBoot(held) ? record.Status != RecordStatus.Alive : IsFresh(held, met));

    // One that watches it, or this node itself, found it silent too, or the network is split and it is one of many; but not in the
    // window after it refuted.
    private bool NeedsGrace(MemberRecord held, Slot? met, MemberRecord record) => met?.HasJustRefuted(state) == true
        || (!alarms.IsDoubted(held) && !(record.Status == RecordStatus.Unreachable && state.Now < state.PartedUntil && !IsFresh(held, met)));

    private bool IsFresh(MemberRecord held, Slot? met) =>
        (met is null ? state.Gate.HeardAt(held.Salt) : met.HeardAt) is { } heard && state.Now - heard < state.Options.SilenceWindow;

    private void Await(Slot slot, MemberRecord record)
    {
        if (slot.Hearsay is null)
        {
            if (_hearsay.Count == MaxHearsay)
                return;
            _hearsay.Add(slot);
            slot.HearsayDue = state.Now + Grace;
        }
        if (slot.Hearsay is not { } held || record.CompareTo(held) > 0)
            slot.Hearsay = record;
        if (state.Now < slot.ApproachDue)
            return;
        slot.ApproachDue = state.Now + TellPeriod;
        var message = mail.Write(MessageKind.Gossip);
        GossipCodec.WriteHead(ref message, []);
        var cursor = default(BlockCursor);
        RecordSection.WriteOne(ref message, ref cursor, record, hops: 0);
        mail.Send(slot, message);
    }
}

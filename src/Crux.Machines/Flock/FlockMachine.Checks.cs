using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock;

/// <content>What simulations of thousands and their checkers ask, at little cost, or tell.</content>
public sealed partial class FlockMachine
{
    /// <summary>
    /// Whether somebody follows the view: then a snapshot is made soon after each change, and members' coming and going are told. True
    /// at first; a simulation of thousands that looks now and then turns it off.
    /// </summary>
    public bool IsWatched
    {
        get => _snapshots.IsWatched;
        set => _snapshots.IsWatched = value;
    }

    /// <summary>Hears of every change of a record in the view, while it happens. For checkers, which must not call back.</summary>
    public Action<LifeChange>? Witness
    {
        get => _state.View.Witness;
        set => _state.View.Witness = value;
    }

    /// <summary>The incarnation and the boot under which this node lives.</summary>
    public (uint Incarnation, ulong Salt) Life => (_state.Me.Record.Incarnation, _state.Me.Record.Salt);

    /// <summary>The fenced leader that this node follows; null while there is none.</summary>
    public Fence? Fence => _state.Fence;

    /// <summary>The generation of keys that this node seals with, and the epoch in it, as of its last step; zeros while it is the join key alone.</summary>
    public (uint Generation, long Epoch) KeyTime => _state.Gate.Ring.Active is { } active ? (active.Id.Number, active.Time.At(_state.Now)) : default;

    /// <summary>Until when this node may act as the one leader of its lineage; past where it never led.</summary>
    public Instant FencedUntil => _election.LeaseUntil;

    /// <summary>What <see cref="Snapshot"/> comes to, without making one.</summary>
    public FlockDigest Digest => _state.AsideFor is not null ? new(0, 1, 1, false, null, 0) : new(_state.View.Hash, _state.View.LiveCount, _state.View.ReachableCount, _state.IsSettled, _state.Claim?.Leader, _state.Claim?.Term ?? 0);

    /// <summary>Live members whose blob, and so whose name and key, is not here.</summary>
    public int NamelessCount => _state.View.LiveCount - _state.View.IdentifiedCount;

    /// <summary>Equal for equal sets of reachable members, in the same lives. Costs a walk through the view.</summary>
    public ulong ReachableHash
    {
        get
        {
            var sum = 0UL;
            foreach (var record in _state.View.Reachable)
                sum += record.Hash;
            return sum;
        }
    }

    /// <summary>Adds how full the tables are that others could fill.</summary>
    public void Measure(ICollection<FlockGauge> gauges)
    {
        ArgumentNullException.ThrowIfNull(gauges);
        var view = _state.View;
        gauges.Add(new("its view", view.LiveCount, _state.Options.MaxMembers));
        gauges.Add(new("its tombstones", view.TombstoneCount, ViewTable.MaxTombstones));
        gauges.Add(new("its acquaintances", view.AcquaintanceCount, _state.Options.MaxMembers + ViewTable.MaxTombstones));
        gauges.Add(new("its senders", _state.Gate.SenderCount, _state.Options.MaxMembers + FrameGate.MaxStrangers));
        gauges.Add(new("its senders of before", _state.Gate.FormerSenderCount, _state.Options.MaxMembers + FrameGate.MaxStrangers));
    }

    /// <summary>
    /// Learns of members as if one of them had told: their records as gossip brings them, that all addresses were looked at, and in a
    /// view whose nodes fetch everybody's blob, those. All else, whom it watches and whom it follows, is then for this machine to find
    /// out. It begins as a node does that has long been a member, and needs no thousand datagrams to get there.
    /// </summary>
    /// <param name="now">The owner's clock.</param>
    /// <param name="members">The members; this one may be among them.</param>
    /// <param name="outbox">Takes what it wants done.</param>
    public void Recall(Instant now, Recollection members, FlockOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(members);
        Enter(now, outbox);
        foreach (var record in members.Records)
            _census.Learn(record, record.Address, hops: 0);
        _scanner.BackOff(_census.FoundAt);
        if (_state.View.LiveCount > _state.Options.AcquaintedMembers)
            return;
        foreach (var blob in members.Blobs)
            _state.View.Identify(blob);
        _state.BlobsLearnt++;
    }

    /// <summary>Learns whom a member follows, as if that member had told, and who that is. Nothing happens where it follows nobody.</summary>
    public void RecallLeader(Instant now, FlockMachine leader, FlockOutbox outbox)
    {
        ArgumentNullException.ThrowIfNull(leader);
        Enter(now, outbox);
        _state.View.Identify(leader._state.Blob);
        _state.BlobsLearnt++;
        if (leader._state.Claim is { } claim)
            _leadership.Learn(claim, claim.Address);
    }
}

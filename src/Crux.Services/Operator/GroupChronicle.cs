using System.Globalization;
using Crux.Machines.Flock.Keys;
using Microsoft.Extensions.Hosting;

namespace Crux.Services.Operator;

/// <summary>
/// Remembers of a group what its snapshots don't say: since when each member has been in the view, since when the leader leads, and who was
/// a member before. Tells watchers what changed.
/// </summary>
/// <remarks>One loop follows the view; reading is thread-safe. As large as the view itself, and <see cref="MaxFormer"/>.</remarks>
internal sealed class GroupChronicle(IGroupView group, OperatorEvents events, TimeProvider time) : BackgroundService
{
    /// <summary>Former members whose names are kept; the one that left longest ago is forgotten first.</summary>
    public const int MaxFormer = 1024;

    /// <summary>Nodes that asked to be let in, and whose names are kept for when they were denied.</summary>
    public const int MaxAskers = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, long> _since = [];
    private readonly OrderedDictionary<NodeId, Member> _former = [];
    private readonly OrderedDictionary<NodeId, (string Name, NetAddress Address)> _askers = [];
    private readonly long _started = time.GetTimestamp();
    private GroupSnapshot? _last;
    private long _leaderSince;

    /// <summary>How long this node has been up.</summary>
    public TimeSpan Uptime => time.GetElapsedTime(_started);

    /// <summary>How long a member has been in this node's view; zero where it isn't.</summary>
    public TimeSpan InViewFor(NodeId member)
    {
        lock (_gate)
            return _since.TryGetValue(member, out var since) ? time.GetElapsedTime(since) : TimeSpan.Zero;
    }

    /// <summary>The name and address of a node that is in view, was, or asked to be let in; null where none of these was heard of here.</summary>
    public (string Name, NetAddress Address)? LastHeardOf(NodeId node)
    {
        lock (_gate)
            return (_last?.Find(node) ?? _former.GetValueOrDefault(node)) is { } member ? (member.Name, member.Address) : _askers.TryGetValue(node, out var asker) ? asker : null;
    }

    /// <summary>Remembers who asks to be let in.</summary>
    public void NoteAskers(IEnumerable<PendingNode> askers)
    {
        lock (_gate)
        {
            foreach (var asker in askers)
            {
                _askers.Remove(asker.Id);
                _askers.Add(asker.Id, (asker.Name, asker.Address));
                if (_askers.Count > MaxAskers)
                    _askers.RemoveAt(0);
            }
        }
    }

    /// <summary>How long the leader of the moment has led, as far as this node saw; zero where there is none.</summary>
    public TimeSpan LeaderFor
    {
        get
        {
            lock (_gate)
                return _last?.Leader is null ? TimeSpan.Zero : time.GetElapsedTime(_leaderSince);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var snapshot in group.WatchAsync(stoppingToken))
        {
            var before = _last;
            Record(snapshot);
            if (before is not null)
                Tell(before, snapshot);
        }
    }

    private void Record(GroupSnapshot snapshot)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var member in snapshot.Members)
                _since.TryAdd(member.Id, now);
            if (_since.Count > snapshot.Members.Length)
            {
                foreach (var gone in _since.Keys.Where(id => snapshot.Find(id) is null).ToList())
                    _since.Remove(gone);
            }
            foreach (var gone in _last?.Members.Where(member => snapshot.Find(member.Id) is null) ?? [])
            {
                _former.Remove(gone.Id);
                _former.Add(gone.Id, gone);
                if (_former.Count > MaxFormer)
                    _former.RemoveAt(0);
            }
            if (_last?.Leader != snapshot.Leader)
                _leaderSince = now;
            _last = snapshot;
        }
    }

    private void Tell(GroupSnapshot before, GroupSnapshot now)
    {
        foreach (var member in now.Members)
        {
            var known = before.Find(member.Id);
            if (known is null)
                events.Publish("member", $"{member.Name} ({member.Address}) joined the view.");
            else if (known.Status != member.Status)
                events.Publish("member", member.Status == MemberStatus.Unreachable ? $"{member.Name} is unreachable." : $"{member.Name} is reachable again.");
            else if (known.Address != member.Address || known.Incarnation != member.Incarnation)
                events.Publish("member", $"{member.Name} is back at {member.Address}, incarnation {member.Incarnation.ToString(CultureInfo.InvariantCulture)}.");
        }
        foreach (var member in before.Members.Where(member => now.Find(member.Id) is null))
            events.Publish("member", $"{member.Name} ({member.Address}) left the view.");
        if (before.Leader != now.Leader)
            events.Publish("leader", now.Leader is { } leader ? $"{NameOf(now, leader)} leads {now.Group}, term {now.Token.Term}." : $"{now.Group} has no leader.");
        if (!before.IsSettled && now.IsSettled)
            events.Publish("member", $"The view has settled: {now.Members.Length} members.");
    }

    private static string NameOf(GroupSnapshot snapshot, NodeId id) => snapshot.Find(id)?.Name ?? id.Brief;
}

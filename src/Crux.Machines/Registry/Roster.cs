using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Crux.Machines.Registry;

/// <summary>The reeves that a steward knows of: who attends, who has told everything, and who is awaited.</summary>
internal sealed class Roster
{
    private readonly SortedDictionary<NodeId, Attendance> _reeves = [];
    private readonly Dictionary<ulong, Attendance> _byStream = [];
    // Who is alive and has not been heard: as long as there are any, the rebuilding goes on.
    private readonly SortedSet<NodeId> _awaited = [];
    private Sight? _sight;

    /// <summary>How many have told everything.</summary>
    public int Heard { get; private set; }

    /// <summary>Whether there is somebody alive who has not.</summary>
    public bool IsWaiting => _awaited.Count > 0;

    /// <summary>The open streams, ordered.</summary>
    public ImmutableArray<ulong> Streams => [.. _byStream.Keys.Order()];

    /// <summary>What is known of a node's reeve.</summary>
    public Attendance Of(NodeId node)
    {
        if (!_reeves.TryGetValue(node, out var reeve))
            _reeves.Add(node, reeve = new Attendance(node));
        return reeve;
    }

    /// <summary>Whose stream it is, while it is open.</summary>
    public bool TryFind(ulong stream, [NotNullWhen(true)] out Attendance? reeve) => _byStream.TryGetValue(stream, out reeve);

    /// <summary>A reeve that has no stream opens one.</summary>
    public void Open(Attendance reeve, ulong stream)
    {
        reeve.Stream = stream;
        _byStream.Add(stream, reeve);
    }

    /// <summary>A reeve's stream is over.</summary>
    public void Close(Attendance reeve)
    {
        _byStream.Remove(reeve.Stream);
        reeve.Stream = 0;
        reeve.IsInStep = reeve.IsAsked = false;
        reeve.Parts = null;
    }

    /// <summary>Those whose nodes are in the view no more.</summary>
    public List<Attendance> LeftOut(GroupSnapshot view) => [.. _reeves.Values.Where(reeve => view.Find(reeve.Node) is null)];

    /// <summary>Nothing more is known of a node.</summary>
    public void Remove(Attendance reeve)
    {
        _reeves.Remove(reeve.Node);
        Heard -= reeve.IsHeard ? 1 : 0;
    }

    /// <summary>The members who have not told everything, whether they are awaited or can't be reached.</summary>
    public IReadOnlySet<NodeId> Unheard(GroupSnapshot view) => view.Members.Where(member => !IsHeard(member)).Select(member => member.Id).ToHashSet();

    /// <summary>A reeve has told everything.</summary>
    public void Hear(Attendance reeve)
    {
        Heard += reeve.IsHeard ? 0 : 1;
        reeve.IsHeard = reeve.IsInStep = true;
        reeve.IsAsked = false;
        _awaited.Remove(reeve.Node);
        _sight = null;
    }

    /// <summary>Another view: others may be awaited.</summary>
    public void Review(GroupSnapshot view)
    {
        _sight = null;
        _awaited.Clear();
        _awaited.UnionWith(view.Members.Where(member => member.Status == MemberStatus.Alive && !IsHeard(member)).Select(member => member.Id));
    }

    /// <summary>What a complete answer says of the steward now. The same object until something changes: it is in many answers.</summary>
    public Sight Sight(GroupSnapshot view, Instant now) => _sight is not null && now < _sight.Until ? _sight : _sight = Registry.Sight.Of(view, _reeves, now);

    private bool IsHeard(Member member) => _reeves.TryGetValue(member.Id, out var reeve) && reeve.IsHeard;
}

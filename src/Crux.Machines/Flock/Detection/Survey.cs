using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// How large a part of the flock is silent to this node: asked of all in a smaller one, of some by chance in a large one. It accuses
/// nobody; it tells a failure of the network from many failures.
/// </summary>
internal sealed class Survey(FlockState state, Questions questions)
{
    /// <summary>Members asked at most: the part that is silent is known to 6 %.</summary>
    public const int SampleSize = 64;

    /// <summary>How often each is asked. At 30 % loss one in thirty seems silent by chance.</summary>
    public const int Rounds = 5;

    /// <summary>How long a finding stands.</summary>
    public static readonly TimeSpan FindingLife = TimeSpan.FromSeconds(12);

    /// <summary>Least time between two surveys.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);

    private readonly List<NetAddress> _asked = [];
    private Instant _openedAt;
    private Instant _next;
    private Instant? _foundAt;
    private double _found;
    private int _round;

    public bool IsOpen { get; private set; }

    public Instant Due => IsOpen ? _next : Instant.Never;

    /// <summary>The part that was silent; null where none was held of late.</summary>
    public double? SilentPart => _foundAt is { } at && state.Now - at < FindingLife ? _found : null;

    /// <summary>Whether the last finding is so young that nothing would be gained by another.</summary>
    public bool IsFresh => _foundAt is { } at && state.Now - at < FreshFor;

    public void Open()
    {
        if (IsOpen || (_foundAt is { } at && state.Now - at < Rest) || !state.Judges)
            return;
        (IsOpen, _openedAt, _next, _round) = (true, state.Now, state.Now, 0);
        _asked.Clear();
        var isForAll = state.View.ReachableCount <= SampleSize + 1;
        if (isForAll)
            _asked.AddRange(state.View.Reachable.Where(member => !state.IsMe(member)).Select(member => member.Address));
        while (!isForAll && _asked.Count < SampleSize)
        {
            var member = state.View.AnyReachable(state.Random);
            if (!state.IsMe(member) && !_asked.Contains(member.Address))
                _asked.Add(member.Address);
        }
        Tick();
    }

    public void Drop() => IsOpen = false;

    public void Tick()
    {
        if (!state.Judges)
            Drop();
        if (!IsOpen || state.Now < _next)
            return;
        _next = state.Now + (state.Options.ProbePeriod * 2);
        _asked.RemoveAll(address => !state.View.TryGet(address, out var record) || record.Status != RecordStatus.Alive);
        var silent = 0;
        foreach (var address in _asked)
        {
            if ((state.View.FindMet(address) is { } met && met.HeardAt >= _openedAt) || state.View.FindLive(address) is not { } slot)
                continue;
            silent++;
            if (_round < Rounds)
                questions.Probe(slot);
        }
        if (_round++ < Rounds && silent > 0)
            return;
        IsOpen = false;
        // Those already found beyond a split are not asked, and still are a part of it: else what is left of one would seem few.
        var (reachable, all) = (state.View.ReachableCount, state.View.LiveCount);
        var parted = all - reachable;
        (_found, _foundAt) = ((parted + (reachable * silent / (_asked.Count + 1.0))) / all, state.Now);
    }
}

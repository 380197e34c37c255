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

    /// <summary>How often each is asked. At 30 % loss one in two hundred seems silent by chance.</summary>
    public const int Rounds = 8;

    /// <summary>How long a finding stands.</summary>
    public static readonly TimeSpan FindingLife = TimeSpan.FromSeconds(12);

    /// <summary>Least time between two surveys.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A finding is no older than this where another would say the same: from the survey in the first half second of the asking to the
    /// cut, while silence that began since then has not yet become an alarm.
    /// </summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);

    /// <summary>In each further round so many are asked again who have answered: where they don't either, this node is deaf, and the round says nothing.</summary>
    public const int Controls = 3;

    /// <summary>Time between two rounds: an answer takes less, even of a busy machine.</summary>
    private static readonly TimeSpan RoundPeriod = TimeSpan.FromMilliseconds(75);

    private readonly List<NetAddress> _asked = [];
    private readonly List<NetAddress> _silent = [];
    private Instant _next;
    private Instant? _foundAt;
    private double _found;
    private Instant _roundAt;
    private int _round;
    private int _control;
    private bool _wasDeaf;
    private bool _askedAll;
    private bool _isNew;

    public bool IsOpen { get; private set; }

    /// <summary>When the last one began.</summary>
    public Instant OpenedAt { get; private set; }

    public Instant Due => IsOpen ? _next : Instant.Never;

    /// <summary>Whether it is known of everybody who is silent: all were asked, and just now.</summary>
    public bool KnowsAll => !IsOpen && _askedAll && IsFresh;

    /// <summary>Those that the last survey found silent, and that were not heard since; all of them, where it asked everybody.</summary>
    public IEnumerable<MemberRecord> Silent()
    {
        if (IsOpen || SilentPart is null)
            yield break;
        foreach (var address in _silent)
        {
            if (IsSilent(address) && state.View.TryGet(address, out var record) && record.Status == RecordStatus.Alive)
                yield return record;
        }
    }

    /// <summary>Whether a member is one of <see cref="Silent"/>.</summary>
    public bool Finds(NetAddress address) => !IsOpen && SilentPart is not null && _silent.Contains(address) && IsSilent(address);

    /// <summary>The part that was silent; null where none was held of late.</summary>
    public double? SilentPart => _foundAt is { } at && state.Now - at < FindingLife ? _found : null;

    /// <summary>Whether the last finding is so young that nothing would be gained by another.</summary>
    public bool IsFresh => _foundAt is { } at && state.Now - at < FreshFor;

    public void Open()
    {
        if (IsOpen || (_foundAt is { } at && state.Now - at < Rest) || !state.Judges)
            return;
        (IsOpen, OpenedAt, _next, _round, _roundAt, _wasDeaf) = (true, state.Now, state.Now, -1, state.Now, false);
        _asked.Clear();
        _askedAll = state.View.ReachableCount <= SampleSize + 1;
        if (_askedAll)
            _asked.AddRange(state.View.Reachable.Where(member => !state.IsMe(member)).Select(member => member.Address));
        while (!_askedAll && _asked.Count < SampleSize)
        {
            var member = state.View.AnyReachable(state.Random);
            if (!state.IsMe(member) && !_asked.Contains(member.Address))
                _asked.Add(member.Address);
        }
        Tick();
    }

    public void Drop() => IsOpen = false;

    /// <summary>Those that a survey which has just ended found silent.</summary>
    public IReadOnlyList<NetAddress> TakeFound()
    {
        if (!_isNew)
            return [];
        _isNew = false;
        return _silent;
    }

    public void Tick()
    {
        if (!state.Judges)
            Drop();
        if (!IsOpen || state.Now < _next)
            return;
        _next = state.Now + RoundPeriod;
        // What was asked while this node was deaf tells of nobody but itself, and is asked again once it hears.
        var isDeaf = _round >= 0 && state.HeardAt < _roundAt;
        if (!isDeaf && !_wasDeaf)
            _round++;
        (_wasDeaf, _roundAt) = (isDeaf, state.Now);
        _asked.RemoveAll(address => !state.View.TryGet(address, out var record) || record.Status != RecordStatus.Alive);
        Ask();
        if (_round < Rounds && _silent.Count > 0 && !HasHeardNobodyForLong)
            return;
        (IsOpen, _isNew) = (false, true);
        // Those already found beyond a split are not asked, and still are a part of it: else what is left of one would seem few.
        var (reachable, all) = (state.View.ReachableCount, state.View.LiveCount);
        var parted = all - reachable;
        (_found, _foundAt) = ((parted + (reachable * _silent.Count / (_asked.Count + 1.0))) / all, state.Now);
    }

    // For so long that its own ears can't be the cause: it is the others that are gone, all of them.
    private bool HasHeardNobodyForLong => state.Now - state.HeardAt >= state.Options.MaxProbeTime && state.Now - OpenedAt >= RoundPeriod * Rounds;

    private void Ask()
    {
        _silent.Clear();
        foreach (var address in _asked)
        {
            if (!IsSilent(address) || state.View.FindLive(address) is not { } slot)
                continue;
            _silent.Add(address);
            if (_round < Rounds && !_wasDeaf)
                questions.Probe(slot);
        }
        // Some that are well, or, while none answers, some of those that don't: the first word of anybody ends the deafness.
        for (var i = 0; i < Controls && (_round > 0 || _wasDeaf) && _round < Rounds && _silent.Count > 0; i++)
        {
            if (state.View.FindLive(_asked[_control++ % _asked.Count]) is { } slot)
                questions.Probe(slot);
        }
    }

    private bool IsSilent(NetAddress address) => !(state.View.FindMet(address)?.HeardAt >= OpenedAt);
}

using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Scan;

/// <summary>
/// Looks for nodes at addresses that nobody in the view holds. Members share the unknown addresses, so a group sweeps faster
/// the larger it is; it backs off when the group has found nobody for some sweeps, and never stops: that is what heals partitions.
/// </summary>
internal sealed class Scanner
{
    /// <summary>Time between two looks at where members were that fell silent.</summary>
    public static readonly TimeSpan HealPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Such addresses probed in one look.</summary>
    public const int MaxHealPerRound = 32;

    /// <summary>Of its own addresses, how many this node looks at for one that nobody holds.</summary>
    public const int MaxLooksPerProbe = 64;

    /// <summary>Probes in one step: where nodes stand dense, the first few find one, and the rest of the burst is not needed.</summary>
    public const int ProbesPerStep = 4;

    /// <summary>Least time between two steps: an answer takes about as long.</summary>
    public static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(2);

    /// <summary>A group of up to <see cref="FewMembers"/> takes about so long for a sweep: faster finds nobody sooner, since it takes a second to start.</summary>
    public static readonly TimeSpan SweepTime = TimeSpan.FromMilliseconds(250);

    /// <summary>A larger group takes so long: newcomers find one of so many by themselves, with their first few probes.</summary>
    public static readonly TimeSpan LargeSweepTime = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="SweepTime"/>
    public const int FewMembers = 64;

    /// <summary>
    /// From so many members on a group that has found nobody for long looks twice as often. It costs each of them a datagram in four seconds
    /// at most. Two flocks of fifty that are wired together, half of all addresses taken, else meet after 5 s or more once in 7,000 times.
    /// </summary>
    public const int ManyMembers = 32;

    /// <summary>A probe counts once its answer has had so long to come.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(200);

    private const int Samples = 8;

    private readonly FlockState _state;
    private readonly Introductions _introductions;
    private readonly Callbacks _callbacks;
    private readonly AddressSweep _sweep;
    private readonly TokenBucket _fast;
    private readonly TokenBucket _slow;
    private bool _isSlow;
    private readonly Queue<(Instant At, ulong Passed)> _samples = new();
    private Instant _sampledAt;
    private ulong _answered;
    private ulong _passedAtDiscovery;
    private Instant _foundAt;
    private Instant _healDue;
    private Instant _stepDue;
    private ulong _rankVersion = ulong.MaxValue;
    private int _rank;
    private int _healNext;

    public Scanner(FlockState state, Introductions introductions, Callbacks callbacks)
    {
        (_state, _introductions, _callbacks) = (state, introductions, callbacks);
        var port = state.Options.ProbePort == 0 ? state.Self.Address.Port : state.Options.ProbePort;
        _sweep = new AddressSweep(state.Options.Ranges, state.Options.Contacts.Select(contact => contact.Port == 0 ? contact.WithPort(port) : contact), port, state.Random.NextUInt64());
        _fast = new TokenBucket(state.Options.ScanBurst, state.Options.ScanRate);
        _slow = new TokenBucket(1, state.Options.SlowScanRate);
        _foundAt = state.Now;
        _stepDue = state.Now;
        _healDue = state.Now + state.Random.Next(HealPeriod);
    }

    /// <summary>How often the group has covered the ranges, as far as this node can tell: what could have been answered by now.</summary>
    public double Coverage => _sweep.Count == 0 ? double.PositiveInfinity : (double)_answered / _sweep.Count;

    public Instant Due
    {
        get
        {
            var due = Instant.Min(HasLost ? _healDue : Instant.Never, _callbacks.Due);
            if (_samples.TryPeek(out var sample))
                due = Instant.Min(due, sample.At + AnswerTime);
            return _sweep.Count == 0 ? due : Instant.Min(due, HasBackedOff ? _slow.NextAt(_state.Now) : Instant.Max(_stepDue, _fast.NextAt(_state.Now)));
        }
    }

    private bool HasLost => _state.View.ReachableCount < _state.View.LiveCount || _state.View.TombstoneCount > 0;

    private bool HasBackedOff => (double)(_sweep.Passed - _passedAtDiscovery) / _sweep.Count >= _state.Options.SweepsBeforeBackOff;

    /// <param name="foundAt">When a node last came into the view.</param>
    public void Tick(Instant foundAt)
    {
        if (foundAt != _foundAt)
            (_foundAt, _passedAtDiscovery) = (foundAt, _sweep.Passed);
        if (_state.Now >= _healDue)
        {
            _healDue = _state.Now + HealPeriod;
            if (HasLost)
                Heal();
        }
        _callbacks.Tick(_introductions);
        if (_sweep.Count == 0)
            return;
        Account();
        if (!HasBackedOff && _state.Now >= _stepDue)
            Step();
        // All back off at about the same time: one after the other from then on, or nobody would look anywhere for seconds on end.
        if (HasBackedOff != _isSlow && (_isSlow = HasBackedOff))
            _slow.Hold(_state.Now, _state.Random.NextDouble());
        if (!_isSlow)
            return;
        _slow.PerSecond = (_state.View.ReachableCount >= ManyMembers ? 2 : 1) * _state.Options.SlowScanRate / _state.View.ReachableCount;
        while (_slow.TryTake(_state.Now))
            Probe();
    }

    /// <summary>The group has looked everywhere for long, and found nobody since <paramref name="foundAt"/>.</summary>
    public void BackOff(Instant foundAt)
    {
        (_foundAt, _passedAtDiscovery) = (foundAt, _sweep.Passed);
        _sweep.Skip((ulong)Math.Ceiling(_state.Options.SweepsBeforeBackOff));
        _answered = _sweep.Passed;
    }

    private void Step()
    {
        // Each has its share of what nobody holds, and takes the time of a sweep for it.
        var unknown = Math.Max(1.0, (double)_sweep.Count - _state.View.LiveCount);
        var time = _state.View.ReachableCount <= FewMembers ? SweepTime : LargeSweepTime;
        var perSecond = unknown / _state.View.ReachableCount / time.TotalSeconds;
        var probes = Math.Clamp((int)(perSecond * StepTime.TotalSeconds), 1, ProbesPerStep);
        for (var i = 0; i < probes && _fast.TryTake(_state.Now); i++)
            Probe();
        var pause = TimeSpan.FromSeconds(Math.Min(probes / perSecond, 1));
        _stepDue = _state.Now + (pause > StepTime ? (pause / 2) + _state.Random.Next(pause) : StepTime);
    }

    private void Probe()
    {
        if (!TryFindMine(out var address))
            return;
        _state.Counters.Probed++;
        _introductions.Hello(address, Reach.Unproven);
    }

    // What was passed counts when its answers could have come. A node that did not run has not heard them: it waits for them anew.
    private void Account()
    {
        if (_state.Abstains)
            _samples.Clear();
        while (_samples.TryPeek(out var sample) && _state.Now - sample.At >= AnswerTime)
            _answered = _samples.Dequeue().Passed;
        if (_sweep.Passed != _answered && (_samples.Count == 0 || (_samples.Count < Samples && _state.Now - _sampledAt >= AnswerTime / Samples)))
        {
            _samples.Enqueue((_state.Now, _sweep.Passed));
            _sampledAt = _state.Now;
        }
    }

    // Passing over an address costs nothing: another member sees to it.
    private bool TryFindMine(out NetAddress address)
    {
        var members = (ulong)_state.View.ReachableCount;
        // Members whose ranges differ count differently, so an address can fall to nobody. Who has backed off has each sweep another
        // part of it, and in the end all.
        var rank = ((ulong)Rank + (_isSlow ? _sweep.Passed / _sweep.Count : 0)) % members;
        var until = _sweep.Passed + _sweep.Count;
        for (var looks = 0; looks < MaxLooksPerProbe && _sweep.Passed < until; looks++)
        {
            if (_sweep.TryNext(members, rank, out address) && !_state.View.IsLive(address))
                return true;
        }
        address = default;
        return false;
    }

    // Where a member was that fell silent, it will most likely be again.
    private void Heal()
    {
        var (seen, sent) = (0, 0);
        foreach (var slot in _state.View.Lost)
        {
            if (seen++ < _healNext || !IsMine(slot.Address))
                continue;
            _introductions.Hello(slot.Address, Reach.Unproven);
            if (++sent == MaxHealPerRound)
            {
                _healNext = seen;
                return;
            }
        }
        _healNext = 0;
    }

    private bool IsMine(NetAddress address) => Mix.Of(address) % (ulong)_state.View.ReachableCount == (ulong)Rank;

    private int Rank
    {
        get
        {
            if (_rankVersion != _state.View.Version)
            {
                _rankVersion = _state.View.Version;
                _rank = _state.View.RankOf(_state.Self.Address);
            }
            return _rank;
        }
    }
}

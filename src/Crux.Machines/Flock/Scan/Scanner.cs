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

    /// <summary>Addresses passed over for one probe because other members see to them, or hold them.</summary>
    public const ulong MaxPassedPerProbe = 4_096;

    private readonly FlockState _state;
    private readonly Introductions _introductions;
    private readonly Callbacks _callbacks;
    private readonly AddressSweep _sweep;
    private readonly TokenBucket _fast;
    private readonly TokenBucket _slow;
    private bool _isSlow;
    private ulong _passed;
    private ulong _passedAtDiscovery;
    private Instant _foundAt;
    private Instant _healDue;
    private ulong _rankVersion = ulong.MaxValue;
    private int _rank;
    private int _healNext;

    public Scanner(FlockState state, Introductions introductions, Callbacks callbacks)
    {
        (_state, _introductions, _callbacks) = (state, introductions, callbacks);
        var port = state.Options.ProbePort == 0 ? state.Self.Address.Port : state.Options.ProbePort;
        _sweep = new AddressSweep(state.Options.Ranges, port, state.Random.NextUInt64());
        _fast = new TokenBucket(state.Options.ScanBurst, state.Options.ScanRate);
        _slow = new TokenBucket(1, state.Options.SlowScanRate);
        _foundAt = state.Now;
        _healDue = state.Now + state.Random.Next(HealPeriod);
    }

    /// <summary>How often the group has covered the ranges, as far as this node can tell.</summary>
    public double Coverage => _sweep.Count == 0 ? double.PositiveInfinity : (double)_passed / _sweep.Count;

    public Instant Due => Instant.Min(Instant.Min(_healDue, _callbacks.Due), _sweep.Count == 0 ? Instant.Never : Tokens.NextAt(_state.Now));

    private TokenBucket Tokens => HasBackedOff ? _slow : _fast;

    private bool HasBackedOff => (double)(_passed - _passedAtDiscovery) / _sweep.Count >= _state.Options.SweepsBeforeBackOff;

    /// <param name="foundAt">When a node last came into the view.</param>
    public void Tick(Instant foundAt)
    {
        if (foundAt != _foundAt)
            (_foundAt, _passedAtDiscovery) = (foundAt, _passed);
        if (_state.Now >= _healDue)
        {
            _healDue = _state.Now + HealPeriod;
            Heal();
        }
        _callbacks.Tick(_introductions);
        if (_sweep.Count == 0)
            return;
        _slow.PerSecond = _state.Options.SlowScanRate / _state.View.ReachableCount;
        // All back off at about the same time: one after the other from then on, or nobody would look anywhere for seconds on end.
        if (HasBackedOff != _isSlow && (_isSlow = HasBackedOff))
            _slow.Hold(_state.Now, _state.Random.NextDouble());
        while (Tokens.TryTake(_state.Now))
        {
            if (!TryFindMine(out var address))
                continue;
            _state.Counters.Probed++;
            _introductions.Hello(address, Reach.Unproven);
        }
    }

    // Passing over an address costs nothing: another member sees to it.
    private bool TryFindMine(out NetAddress address)
    {
        for (var passed = Math.Min(_sweep.Count, MaxPassedPerProbe); passed > 0; passed--)
        {
            _passed++;
            address = _sweep.Next();
            if (IsMine(address) && !_state.View.IsLive(address))
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

    private bool IsMine(NetAddress address)
    {
        if (_rankVersion != _state.View.Version)
        {
            _rankVersion = _state.View.Version;
            _rank = _state.View.RankOf(_state.Self.Address);
        }
        return Mix.Of(address) % (ulong)_state.View.ReachableCount == (ulong)_rank;
    }
}

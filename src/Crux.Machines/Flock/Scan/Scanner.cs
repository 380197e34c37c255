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

    /// <summary>Addresses passed over in one step because other members see to them.</summary>
    public const int MaxSkipsPerStep = 4_096;

    private readonly FlockState _state;
    private readonly Introductions _introductions;
    private readonly AddressSweep _sweep;
    private readonly TokenBucket _tokens;
    private ulong _passed;
    private ulong _passedAtDiscovery;
    private Instant _foundAt;
    private Instant _healDue;
    private ulong _rankVersion = ulong.MaxValue;
    private int _rank;
    private int _healNext;

    public Scanner(FlockState state, Introductions introductions)
    {
        (_state, _introductions) = (state, introductions);
        var port = state.Options.ProbePort == 0 ? state.Self.Address.Port : state.Options.ProbePort;
        _sweep = new AddressSweep(state.Options.Ranges, port, state.Random.NextUInt64());
        _tokens = new TokenBucket(state.Options.ScanBurst, state.Options.ScanRate);
        _foundAt = state.Now;
        _healDue = state.Now + state.Random.Next(HealPeriod);
    }

    /// <summary>How often the group has covered the ranges, as far as this node can tell.</summary>
    public double Coverage => _sweep.Count == 0 ? double.PositiveInfinity : (double)_passed / _sweep.Count;

    public Instant Due => Instant.Min(_healDue, _sweep.Count == 0 ? Instant.Never : _tokens.NextAt(_state.Now));

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
        if (_sweep.Count == 0)
            return;
        var members = _state.View.Reachable.Count;
        _tokens.PerSecond = HasBackedOff ? _state.Options.SlowScanRate / members : _state.Options.ScanRate;
        for (var skips = 0; skips < MaxSkipsPerStep && _tokens.NextAt(_state.Now) <= _state.Now;)
        {
            var wasBackedOff = HasBackedOff;
            _passed++;
            var address = _sweep.Next();
            if (!IsMine(address) || _state.View.FindLive(address) is not null)
            {
                // Passing over is free, but not while nothing drives it on: slow sweeps stay slow.
                skips++;
            }
            else if (_tokens.TryTake(_state.Now))
            {
                _state.Counters.Probed++;
                _introductions.Hello(address, Reach.Unproven);
            }
            if (HasBackedOff != wasBackedOff)
                return;
        }
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
        var members = _state.View.Reachable;
        if (_rankVersion != _state.View.Version)
        {
            _rankVersion = _state.View.Version;
            _rank = members.IndexOf(_state.Me);
        }
        return Mix.Of(address) % (ulong)members.Count == (ulong)_rank;
    }
}

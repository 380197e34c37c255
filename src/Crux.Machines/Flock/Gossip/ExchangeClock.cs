using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// When views are compared, and with whom: a newcomer asks many members for different parts at once; while anything moves, each
/// node compares a part with a random member every so often, within a budget of bytes; and when nothing moves it is silent.
/// </summary>
internal sealed class ExchangeClock(FlockState state, Census census, Rumors rumors, ViewExchange exchange)
{
    /// <summary>Time between two requests while the view moves; more in larger flocks: <see cref="PeriodsFor"/>.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>From here on maps are most of what a comparison takes.</summary>
    public const int HugeFlock = 4_096;

    /// <summary>From here on each part holds so much that a comparison less often brings as much.</summary>
    public const int VastFlock = 8_192;

    /// <summary>Time between two requests of a newcomer, and after it has asked for every part.</summary>
    public static readonly TimeSpan HungryPeriod = TimeSpan.FromMilliseconds(8);

    /// <inheritdoc cref="HungryPeriod"/>
    public static readonly TimeSpan HungryRest = TimeSpan.FromMilliseconds(60);

    /// <summary>For so long a newcomer asks like one, and only as long after does it again: whoever says that there are more may be wrong.</summary>
    public static readonly TimeSpan HungryFor = TimeSpan.FromMilliseconds(600);

    /// <summary>A view that holds less than this part of another's is a newcomer's.</summary>
    public const double HungryBelow = 0.8;

    /// <summary>How long after the last sign that views differ they are compared.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(700);

    /// <summary>So long after the last newcomer was heard of by a push, members may still be coming in.</summary>
    public static readonly TimeSpan FillingFor = TimeSpan.FromMilliseconds(300);

    /// <summary>Periods between two requests in a large flock, when nobody comes in (any more).</summary>
    public const double LastPeriods = 0.5;

    /// <summary>Requests without any gain after which the period is twice as long, and so on.</summary>
    public const int VainBeforeSlower = 8;

    /// <summary>At most so many periods between two requests in vain.</summary>
    public const int MaxSlower = 10;

    /// <summary>Members in more blocks than this, of which most hold one, are scattered. Fewer blocks' hashes fit a few datagrams.</summary>
    public const int ManyBlocks = 512;

    /// <summary>So much more often at most the views of scattered members are compared.</summary>
    public const int MaxFaster = 4;

    /// <summary>Bytes of requests at once, and a second.</summary>
    public const int BurstBytes = 24_000;

    /// <inheritdoc cref="BurstBytes"/>
    public const double BytesPerSecond = 20_000;

    /// <summary>Requests to a member that was just seen to differ, at once and a second.</summary>
    public const int AskBurst = 4;

    /// <inheritdoc cref="AskBurst"/>
    public const double AsksPerSecond = 4;

    private readonly TokenBucket _asks = new(AskBurst, AsksPerSecond);
    private double _bytes = BurstBytes;
    private Instant _filledAt = state.Now;
    private Instant _due = state.Now;
    private Instant _differedAt = state.Now;
    private Instant _hungrySince = state.Now - (2 * HungryFor);
    private ulong _version;
    private uint _most;
    private int _part;
    private int _vain;
    private bool _isMoving;

    public Instant Due => IsHungry || IsStirred ? _due : Instant.Never;

    /// <summary>Others say that there are many more members than this node knows.</summary>
    public bool IsHungry => state.Now - _hungrySince < HungryFor && state.View.LiveCount < HungryBelow * _most;

    // Whoever comes in is pushed on at once, and nothing else is in such numbers. Those beyond a split are known, and all come back
    // together: there comparisons bring more than pushes.
    private bool IsFilling => state.View.LiveCount > Rumors.MediumFlock && state.Now - rumors.FreshAt < FillingFor && state.View.ReachableCount == state.View.LiveCount;

    // Most blocks hold one member: what tells which are missing takes hardly less than the records.
    private bool IsScattered => state.View.Blocks.Count is > ManyBlocks and var blocks && state.View.LiveCount < 2 * blocks;

    private bool IsStirred => state.View.ReachableCount > 1 && (state.SeeksAgreement || state.Now - Instant.Max(census.ChangedAt, _differedAt) < Calm);

    /// <summary>How many periods lie between two requests in a view of so many live members.</summary>
    public static int PeriodsFor(int members) => members switch
    {
        <= Rumors.LargeFlock => 1,
        <= HugeFlock => 2,
        <= VastFlock => 3,
        _ => 4,
    };

    /// <summary>What another's view comes to.</summary>
    public void Note(ViewSummary theirs)
    {
        if (theirs.Hash == state.View.Hash)
            return;
        if (!IsStirred)
            _due = Instant.Min(_due, state.Now + state.Random.Next(Period));
        _differedAt = state.Now;
        _most = Math.Min(theirs.Count, (uint)state.Options.MaxMembers);
        if (state.View.LiveCount >= HungryBelow * _most || _most <= Rumors.MediumFlock || state.Now - _hungrySince < 2 * HungryFor)
            return;
        (_hungrySince, _due, _part) = (state.Now, state.Now, state.Random.Next(1 << ViewPart.MaxBits));
    }

    /// <summary>Compares with a member that differs, now, if there was not just another such occasion.</summary>
    public void Ask(MemberRecord peer)
    {
        // A newcomer asks each for a part: whoever were asked for all would send all, and so would the next. And while members come in,
        // all views differ: that another does is no news.
        if (IsHungry || (_isMoving && IsFilling) || !_asks.TryTake(state.Now))
            return;
        state.Counters.Syncs++;
        var bits = exchange.BitsForHashes();
        exchange.SendHashes(peer, Next(bits));
    }

    public void Tick()
    {
        if (state.Now < Due)
            return;
        var gained = state.View.Version - _version;
        _version = state.View.Version;
        _vain = gained > 0 ? 0 : _vain + 1;
        _isMoving = gained * 4 > (ulong)state.View.Blocks.Count;
        var slower = Math.Min(1 + (_vain / VainBeforeSlower), MaxSlower);
        var period = Period * slower * Periods;
        _due = state.Now + (period * 3 / 4) + state.Random.Next(period / 2);
        if (!HasBytes() || Anybody() is not { } peer)
            return;
        state.Counters.Syncs++;
        if (IsHungry)
            AskForPart(peer);
        else if (_isMoving || IsScattered)
            _bytes -= SendMaps(peer);
        else
            _bytes -= exchange.SendHashes(peer, Next(exchange.BitsForHashes()));
    }

    // Comparisons are rare while newcomers come in by push anyhow. What little is lacking otherwise is fetched fast: then each comparison
    // brings the end nearer, be it a crash's or a cold start's, and where much is lost most of them bring nothing.
    private double Periods => IsFilling ? PeriodsFor(state.View.LiveCount) : state.View.LiveCount > Rumors.LargeFlock ? LastPeriods : 1;

    private void AskForPart(MemberRecord peer)
    {
        var bits = Math.Max(ViewPart.BitsFor((int)_most, ViewExchange.HungryPartMembers), exchange.BitsForMaps());
        _bytes -= exchange.SendMaps(peer, Next(bits));
        _due = state.Now + (_part % (1 << bits) == 0 ? HungryRest : HungryPeriod);
    }

    // Of members that are scattered a datagram holds a small part, so it takes as many more of them, and the budget of bytes is the limit.
    private int SendMaps(MemberRecord peer)
    {
        var bits = exchange.BitsForMaps();
        if (IsScattered)
            _due = Instant.Min(_due, state.Now + (Period / Math.Min(1 << bits, MaxFaster)));
        return exchange.SendMaps(peer, Next(bits));
    }

    private ViewPart Next(byte bits) => new(bits, (ushort)(_part++ & ((1 << bits) - 1)));

    private MemberRecord? Anybody()
    {
        if (state.View.ReachableCount < 2)
            return null;
        var chosen = state.View.AnyReachable(state.Random);
        while (state.IsMe(chosen))
            chosen = state.View.AnyReachable(state.Random);
        return chosen;
    }

    private bool HasBytes()
    {
        _bytes = Math.Min(BurstBytes, _bytes + ((state.Now - _filledAt).TotalSeconds * BytesPerSecond));
        _filledAt = state.Now;
        return _bytes > 0;
    }
}

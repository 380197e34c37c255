using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Scan;

/// <summary>
/// What a node does that finds itself evicted: it asks a few members, as a stranger would, and takes a new life only when they have
/// answered well for as long as they ask for. Hellos and challenges change nothing at anybody, and each answer proves both ways.
/// </summary>
internal sealed class Probation(FlockState state, Census census, Leadership leadership, Introductions introductions)
{
    /// <summary>Members asked.</summary>
    public const int MaxAsked = 8;

    /// <summary>Hellos in one round, shared among those asked.</summary>
    public const int HellosPerRound = 8;

    /// <summary>Of so many members, one word each, the greater part decides whether this node was evicted.</summary>
    public const int EnoughWords = 3;

    /// <summary>The part of hellos that must be answered: 40 % loss each way leaves 36 %, 80 % on the way in at most 20 %.</summary>
    public const double Well = 0.3;

    public static readonly TimeSpan RoundPeriod = TimeSpan.FromMilliseconds(125);

    /// <summary>Proved in addition to what is asked for: not everybody evicted this node at the same moment.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Who failed once proves for so long at least. At 80 % loss on the way in a proof of 3 s is passed once in 5,000 times, which many a
    /// sick node does that tries again and again; one of 8 s, once in 10^8.
    /// </summary>
    public static readonly TimeSpan LaterProof = TimeSpan.FromSeconds(8);

    /// <summary>Without any answer for so long a proof begins again.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1);

    /// <summary>Rest after a proof that failed, twice as long each time.</summary>
    public static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="FirstRest"/>
    public static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    /// <summary>How long it is found out whether this node was evicted at all.</summary>
    public static readonly TimeSpan AskingTime = TimeSpan.FromSeconds(2);

    /// <summary>All members evict another within this, where nobody else was in question.</summary>
    public static readonly TimeSpan CutTime = TimeSpan.FromMilliseconds(400);

    /// <summary>And within this where somebody was: some wait for that one too (<see cref="Detection.Jury.MaxCutWait"/>).</summary>
    public static readonly TimeSpan LongestCutTime = TimeSpan.FromSeconds(1);

    /// <summary>Up to this part of those asked may be wrong, or lie, without more being asked: more may be the first that cut.</summary>
    public const double Few = 0.25;

    /// <summary>Where nobody answers for so long there is nobody to prove anything to.</summary>
    public static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(30);

    private readonly List<NetAddress> _asked = [];
    private readonly Dictionary<NetAddress, bool> _words = [];
    private MemberRecord? _verdict;
    private TimeSpan _proof;
    private TimeSpan _rest;
    private Instant _begunAt;
    private Instant _wordsFrom;
    private Instant _provesFrom;
    private Instant _answeredAt;
    private Instant _roundDue;
    private bool _isOut;
    private int _sent;
    private int _answered;
    private int _turn;

    /// <summary>It is being found out, or it is so: no word against this node is answered by a new life.</summary>
    public bool IsUnderWay => _verdict is not null;

    public Instant Due => IsUnderWay ? _roundDue : Instant.Never;

    /// <summary>What a node, asked by hello or by its own wish, holds of this one's slot. True where the usual answer to it has to wait.</summary>
    public bool Holds(NetAddress from, MemberRecord? held, TimeSpan proof)
    {
        if (IsUnderWay)
            Hear(from, held, proof);
        else if (held is { Status: RecordStatus.Evicted } verdict && proof > TimeSpan.Zero && verdict.Incarnation >= state.Me.Record.Incarnation && IsOneOfMine(from))
            Begin(verdict, from, proof);
        return IsUnderWay;
    }

    /// <summary>
    /// A member passes on that this node was evicted. One that hears badly is likely to have been: it asks, as if it had been told when it
    /// introduced itself, before it answers by a new life. True where it does.
    /// </summary>
    public bool AsksFirst(MemberRecord verdict, NetAddress from)
    {
        if (!IsUnderWay && state.Now < state.HearsPoorlyUntil && verdict.IsSameBoot(state.Me.Record) && verdict.CompareTo(state.Me.Record) > 0 && IsOneOfMine(from))
            Begin(verdict, from, TimeSpan.Zero);
        return IsUnderWay;
    }

    public void Tick()
    {
        if (!IsUnderWay || state.Now < _roundDue)
            return;
        _roundDue = state.Now + RoundPeriod;
        Decide();
        if (!IsUnderWay || state.Now < _provesFrom)
            return;
        for (var i = 0; i < HellosPerRound; i++, _sent++)
            introductions.Hello(_asked[_turn++ % _asked.Count], Reach.Proven);
    }

    // Who lives in another part of what was one flock speaks for that part only: there it is the usual merging.
    private bool IsOneOfMine(NetAddress from) => state.View.IsLive(from) || state.View.ReachableCount == 1;

    private void Begin(MemberRecord verdict, NetAddress from, TimeSpan proof)
    {
        (_verdict, _proof, _rest, _isOut) = (verdict, proof, FirstRest, false);
        (_begunAt, _wordsFrom, _provesFrom, _answeredAt, _roundDue) = (state.Now, state.Now, state.Now, state.Now, state.Now);
        (_sent, _answered) = (0, 0);
        _words.Clear();
        _asked.Clear();
        _asked.Add(from);
        for (var draw = 0; draw < 2 * MaxAsked && _asked.Count < MaxAsked; draw++)
            Ask(state.View.AnyReachable(state.Random).Address);
        // All seem gone to this node: it is where they were that they are looked for.
        foreach (var lost in state.View.Lost)
        {
            if (_asked.Count == MaxAsked)
                break;
            Ask(lost.Address);
        }
        _words[from] = true;
    }

    private void Ask(NetAddress address)
    {
        if (address != state.Self.Address && !_asked.Contains(address))
            _asked.Add(address);
    }

    private void Hear(NetAddress from, MemberRecord? held, TimeSpan proof)
    {
        if (!_asked.Contains(from))
            return;
        _answered++;
        _answeredAt = state.Now;
        _words[from] = held is { Status: RecordStatus.Evicted };
        if (held is { Status: RecordStatus.Evicted } verdict && verdict.CompareTo(_verdict!.Value) > 0)
            _verdict = verdict;
        _proof = TimeSpan.FromTicks(Math.Max(_proof.Ticks, proof.Ticks));
    }

    private void Decide()
    {
        var against = _words.Values.Count(isOut => isOut);
        var asked = state.Now - _begunAt;
        var isEnough = _words.Count >= Math.Min(EnoughWords, _asked.Count);
        if (2 * against <= _words.Count)
            DecideFor(asked, against, isEnough);
        else if (!_isOut && !isEnough)
            End(asked >= AskingTime);
        else if (!_isOut)
            BeOut();
        if (IsUnderWay && _isOut && state.Now - _answeredAt >= GivesUpAfter)
            End(isOver: true);
        Weigh();
    }

    // Soon, because bad news of a member that does not refute it is believed; but the last to evict it are not to decide: what was said
    // before all had time to is asked anew.
    private void DecideFor(TimeSpan asked, int against, bool isEnough)
    {
        var cutTime = _isOut || against > Few * _words.Count ? LongestCutTime : CutTime;
        if (asked < cutTime)
            return;
        if (_wordsFrom - _begunAt < cutTime)
            AskAnew();
        else
            End(isEnough || (!_isOut && asked >= AskingTime));
    }

    private void AskAnew()
    {
        _wordsFrom = state.Now;
        _words.Clear();
    }

    private void BeOut()
    {
        _isOut = true;
        leadership.Resign();
        state.Raise(new SelfEvicted(_proof));
    }

    private void Weigh()
    {
        if (!IsUnderWay || !_isOut)
            return;
        // What it takes for silence of others is its own being out.
        if (state.Now - _answeredAt < GivesUpAfter / 2)
            state.AbstainsUntil = state.Now + state.Options.BeatPeriod;
        if (state.Now < _provesFrom)
            return;
        if (state.Now - _answeredAt >= LongestGap && state.Now - _provesFrom >= LongestGap)
        {
            BeginProof(TimeSpan.Zero);
        }
        else if (state.Now - _provesFrom >= (_rest > FirstRest && _proof + Margin < LaterProof ? LaterProof : _proof + Margin))
        {
            if (_answered >= Well * _sent)
            {
                End(isOver: true);
                return;
            }
            BeginProof(_rest);
            _rest = TimeSpan.FromTicks(Math.Min(LongestRest.Ticks, 2 * _rest.Ticks));
        }
    }

    private void BeginProof(TimeSpan rest)
    {
        (_provesFrom, _sent, _answered) = (state.Now + rest, 0, 0);
        _answeredAt = Instant.Max(_answeredAt, _provesFrom - GivesUpAfter / 2);
    }

    // A new life; those who were asked hear of it first.
    private void End(bool isOver)
    {
        if (!isOver)
            return;
        var verdict = _verdict!.Value;
        _verdict = null;
        census.Refute(verdict);
        foreach (var member in _asked)
            introductions.Hello(member, Reach.Proven);
    }
}

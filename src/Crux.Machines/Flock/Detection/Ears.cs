using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Whether this node hears. While it asks silent members it asks a few that are well, too, at the same moments and as often; and only
/// the turns in which one of those answers speak against the silent. So what this node's own ears miss is nobody's fault.
/// </summary>
internal sealed class Ears(FlockState state, Questions questions, LossMeter loss)
{
    /// <summary>Members asked in turn.</summary>
    public const int MaxControls = 6;

    /// <summary>One that leaves so many in a row unanswered gives its place to another.</summary>
    public const int MaxVain = 3;

    /// <summary>Of the turns of the shortest asking so many must be heard; a few of them are always lost.</summary>
    public const double NeededPart = 0.97;

    /// <summary>Probes to controls whose answers still count: those of 64 turns, so that an answer may take longer than a turn.</summary>
    public const int MaxAsked = 64 * LossMeter.MaxProbesAtOnce;

    /// <summary>After so many turns without a word of anybody this node is deaf for the moment, and its questions say nothing of others.</summary>
    public const int DeafAfterTurns = 16;

    /// <summary>Then only one turn in so many comes, until something is heard.</summary>
    public const int DeafTurns = 8;

    /// <summary>Draws for one place, before it stays empty until the next turn.</summary>
    private const int MaxDraws = 8;

    private readonly List<Control> _controls = [];

    // Twelve kilobytes: only who asks has them.
    private (NetAddress Who, uint Number, long Turn)[]? _asked;
    private Instant _openedAt;
    private int _next;
    private int _place;
    private long _turn;

    /// <summary>Turns in which somebody answered, all told.</summary>
    public long Heard { get; private set; }

    /// <summary>Probes to one member in each turn: as many as long as anybody asks, so that all times weigh alike.</summary>
    public int ProbesAtOnce { get; private set; } = 1;

    /// <summary>The part of a turn that each of its probes to one member stands for.</summary>
    public TimeSpan TimePerProbe => state.Options.AskPeriod / ProbesAtOnce;

    /// <summary>Many were asked, and nobody was heard: what is lost is lost on the way to this node.</summary>
    public bool IsDeaf => Due != Instant.Never && state.Now - Instant.Max(_openedAt, state.HeardAt) >= state.Options.AskPeriod * DeafAfterTurns;

    /// <summary>The next turn; never, while nobody asks.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Turns that must be heard: nearly all of the shortest asking.</summary>
    public long Needed => (long)(NeededPart * (state.Options.ProbeTime / state.Options.AskPeriod));

    /// <summary>Has the next turn come soon, if nobody has asked until now.</summary>
    public void Open()
    {
        if (Due == Instant.Never)
            (Due, ProbesAtOnce, _openedAt) = (state.Now + (state.Options.AskPeriod / 4), loss.ProbesAtOnce, state.Now);
    }

    public void Close()
    {
        if (Due == Instant.Never)
            return;
        Due = Instant.Never;
        _controls.Clear();
        _asked = null;
    }

    /// <summary>True where a turn has come: whoever is in doubt is to be asked now, too.</summary>
    public bool Tick(Predicate<NetAddress> isInDoubt)
    {
        if (state.Now < Due)
            return false;
        TakeTurn(isInDoubt);
        return true;
    }

    private void TakeTurn(Predicate<NetAddress> isInDoubt)
    {
        // At no fixed beat: loss that comes and goes in step with it would else be taken for silence, or hearing. Counted from when this
        // turn was due, for a busy machine is always late; but what was missed is not made up for at one moment.
        Due = Instant.Max(Due, state.Now - (state.Options.AskPeriod / 2)) + (state.Options.AskPeriod * 0.8) + state.Random.Next(state.Options.AskPeriod * 0.4);
        if (IsDeaf)
            Due += state.Options.AskPeriod * (DeafTurns - 1);
        _turn++;
        Discharge(isInDoubt);
        for (var i = _controls.Count; i < MaxControls; i++)
            Enlist(isInDoubt);
        for (var i = 0; i < Math.Min(ProbesAtOnce, _controls.Count); i++)
            Ask(_next++ % _controls.Count);
    }

    /// <summary>Asks somebody who is well, outside any turn: whatever comes shows that this node hears.</summary>
    public void Test(Predicate<NetAddress> isInDoubt)
    {
        if (Draw(isInDoubt) is { } member && state.View.FindLive(member) is { } slot)
            questions.Probe(slot);
    }

    /// <summary>An answer to whatever this node asked.</summary>
    public void OnAck(Slot from, uint number)
    {
        if (_asked is null)
            return;
        var turn = 0L;
        foreach (var asked in _asked)
            turn = asked.Number == number && asked.Who == from.Address ? asked.Turn : turn;
        if (turn == 0)
            return;
        if (_controls.FindIndex(control => control.Who == from.Address) is >= 0 and var place)
            _controls[place] = _controls[place] with { Vain = 0 };
        Heard++;
        // A turn counts once, whoever else answers.
        for (var i = 0; i < _asked.Length; i++)
            _asked[i] = _asked[i].Turn == turn ? default : _asked[i];
    }

    private void Ask(int place)
    {
        var control = _controls[place];
        if (state.View.FindLive(control.Who) is not { } slot)
            return;
        _asked ??= new (NetAddress, uint, long)[MaxAsked];
        _asked[_place++ % MaxAsked] = (control.Who, questions.Probe(slot), _turn);
        _controls[place] = control with { Vain = control.Vain + 1 };
    }

    private void Discharge(Predicate<NetAddress> isInDoubt) => _controls.RemoveAll(control => control.Vain > MaxVain || isInDoubt(control.Who));

    private void Enlist(Predicate<NetAddress> isInDoubt)
    {
        if (Draw(isInDoubt) is { } member)
            _controls.Add(new Control(member, 0));
    }

    private NetAddress? Draw(Predicate<NetAddress> isInDoubt)
    {
        for (var draw = 0; draw < MaxDraws; draw++)
        {
            var member = state.View.AnyReachable(state.Random);
            if (!state.IsMe(member) && !isInDoubt(member.Address) && !_controls.Exists(control => control.Who == member.Address))
                return member.Address;
        }
        return null;
    }

    private readonly record struct Control(NetAddress Who, int Vain);
}

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
    public const double NeededPart = 0.95;

    /// <summary>Draws for one place, before it stays empty until the next turn.</summary>
    private const int MaxDraws = 8;

    private readonly List<Control> _controls = [];
    private int _next;
    private long _turn;

    /// <summary>Turns in which somebody answered, all told.</summary>
    public long Heard { get; private set; }

    /// <summary>Probes to one member in each turn: as many as long as anybody asks, so that all times weigh alike.</summary>
    public int ProbesAtOnce { get; private set; } = 1;

    /// <summary>The next turn; never, while nobody asks.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Turns that must be heard: nearly all of the shortest asking.</summary>
    public long Needed => (long)(NeededPart * (state.Options.ProbeTime / state.Options.AskPeriod));

    /// <summary>Has the next turn come soon, if nobody has asked until now.</summary>
    public void Open()
    {
        if (Due == Instant.Never)
            (Due, ProbesAtOnce) = (state.Now + (state.Options.AskPeriod / 4), loss.ProbesAtOnce);
    }

    public void Close()
    {
        Due = Instant.Never;
        _controls.Clear();
    }

    /// <summary>True where a turn has come: whoever is in doubt is to be asked now, too.</summary>
    public bool Tick(Predicate<NetAddress> isInDoubt)
    {
        if (state.Now < Due)
            return false;
        // At no fixed beat: loss that comes and goes in step with it would else be taken for silence, or hearing.
        Due = state.Now + (state.Options.AskPeriod * 0.8) + state.Random.Next(state.Options.AskPeriod * 0.4);
        _turn++;
        _controls.RemoveAll(control => control.Vain > MaxVain || isInDoubt(control.Who));
        for (var i = _controls.Count; i < MaxControls; i++)
            Enlist(isInDoubt);
        for (var i = 0; i < Math.Min(ProbesAtOnce, _controls.Count); i++)
            Ask(_next++ % _controls.Count);
        return true;
    }

    /// <summary>An answer to whatever this node asked.</summary>
    public void OnAck(Slot from, uint number)
    {
        var place = _controls.FindIndex(control => control.Who == from.Address);
        if (place < 0 || _controls[place].Number != number)
            return;
        var asked = _controls[place];
        _controls[place] = asked with { Vain = 0, Turn = 0 };
        // A turn counts once, whoever else answers.
        if (asked.Turn == 0)
            return;
        Heard++;
        for (var i = 0; i < _controls.Count; i++)
            _controls[i] = _controls[i].Turn == asked.Turn ? _controls[i] with { Turn = 0 } : _controls[i];
    }

    private void Ask(int place)
    {
        var control = _controls[place];
        if (state.View.FindLive(control.Who) is { } slot)
            _controls[place] = control with { Number = questions.Probe(slot), Turn = _turn, Vain = control.Vain + 1 };
    }

    private void Enlist(Predicate<NetAddress> isInDoubt)
    {
        for (var draw = 0; draw < MaxDraws; draw++)
        {
            var member = state.View.AnyReachable(state.Random);
            if (state.IsMe(member) || isInDoubt(member.Address) || _controls.Exists(control => control.Who == member.Address))
                continue;
            _controls.Add(new Control(member.Address, 0, 0, 0));
            return;
        }
    }

    // The turn is 0 where it has been counted.
    private readonly record struct Control(NetAddress Who, uint Number, long Turn, int Vain);
}

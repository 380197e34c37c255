using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// The beats of this node: one every third of a period, to one observer after another, so that whenever it dies somebody has just
/// been waiting for it.
/// </summary>
internal sealed class Pulse(FlockState state, Mail mail, Observers observers, Hearing hearing)
{
    /// <summary>Least time between two bursts of beats in answer to doubts about this node.</summary>
    public static readonly TimeSpan AnswerPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>The same for a node that runs late: many doubt it, and answering all makes it later.</summary>
    public static readonly TimeSpan LateAnswerPeriod = TimeSpan.FromMilliseconds(500);

    private int _turn;
    private Instant _answerDue;

    public Instant Due { get; private set; } = state.Now + state.Random.Next(state.Options.BeatPeriod / Observers.BeatObservers);

    public void Tick()
    {
        if (state.Now < Due)
            return;
        var third = state.Options.BeatPeriod / Observers.BeatObservers;
        // Beats that were missed are not made up for.
        Due += third;
        if (Due <= state.Now)
            Due = state.Now + third;
        if (observers.BeatTargets is { Length: > 0 } targets)
            Send(targets[_turn++ % targets.Length]);
    }

    /// <summary>Somebody doubts this node: all that watch it hear from it at once.</summary>
    public void Answer()
    {
        if (state.Now < _answerDue)
            return;
        _answerDue = state.Now + (state.Judges ? AnswerPeriod : LateAnswerPeriod);
        foreach (var observer in observers.OfMe)
            Send(observer);
    }

    private void Send(NetAddress to)
    {
        if (state.View.FindLive(to) is not { } observer)
            return;
        var message = mail.Write(MessageKind.Beat);
        message.UInt16((ushort)++observer.BeatSent);
        message.Byte(hearing.InPercent);
        state.Summarise().Write(ref message);
        mail.Send(observer, message);
    }
}

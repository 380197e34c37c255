using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// Beats to the few that watch this node, and a watch over the few that it watches: silence raises a doubt, a doubt probes, and
/// probes without an answer end in a signed alarm.
/// </summary>
internal sealed class Detector
{
    /// <summary>An alarm whose subject is still in the view is told again after this.</summary>
    public static readonly TimeSpan RepeatPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Least time between two bursts of beats in answer to doubts about this node.</summary>
    public static readonly TimeSpan AnswerPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>The same for a node that runs late: many doubt it, and answering all makes it later.</summary>
    public static readonly TimeSpan LateAnswerPeriod = TimeSpan.FromMilliseconds(500);

    private readonly FlockState _state;
    private readonly Mail _mail;
    private readonly Rumors _rumors;
    private readonly AlarmBook _alarms;
    private readonly Observers _observers;
    private readonly LossMeter _loss;
    private readonly Inquest _inquest;
    private readonly SortedDictionary<NetAddress, Doubt> _doubts = [];
    private readonly List<Doubt> _current = [];
    private Instant _beatDue;
    private Instant _answerDue;

    public Detector(FlockState state, Mail mail, Rumors rumors, AlarmBook alarms, Observers observers)
    {
        (_state, _mail, _rumors, _alarms, _observers) = (state, mail, rumors, alarms, observers);
        _loss = new LossMeter(state.Options);
        _inquest = new Inquest(state, this);
        _beatDue = state.Now + state.Random.Next(state.Options.BeatPeriod);
    }

    public int DoubtCount => _doubts.Count;

    /// <summary>Silence beyond this raises a doubt.</summary>
    public TimeSpan Window => _loss.Window;

    /// <summary>Probes that must go unanswered.</summary>
    public int ProbesNeeded => _loss.Probes;

    public Instant Due
    {
        get
        {
            var due = Instant.Min(_beatDue, _inquest.Due);
            foreach (var subject in _observers.Subjects)
            {
                if (subject.Rank < Observers.BeatObservers && !_doubts.ContainsKey(subject.Address))
                    due = Instant.Min(due, Instant.Max(DoubtDue(subject), _state.JudgesFrom));
            }
            foreach (var doubt in _doubts.Values)
                due = Instant.Min(due, doubt.NextStep);
            return due;
        }
    }

    /// <summary>Forgets what it held against others: it was this node that did not run.</summary>
    public void StartOver()
    {
        _doubts.Clear();
        _inquest.Drop();
        _alarms.WithdrawAll();
        foreach (var subject in _observers.Subjects)
            subject.ObservedSince = _state.Now;
    }

    public void Tick()
    {
        _observers.Refresh();
        if (_state.Now >= _beatDue)
        {
            // Beats that were missed are not made up for.
            _beatDue += _state.Options.BeatPeriod;
            if (_beatDue <= _state.Now)
                _beatDue = _state.Now + _state.Options.BeatPeriod;
            SendBeats(Observers.BeatObservers);
        }
        if (_state.Judges)
            LookForSilence();
        StepDoubts();
        _inquest.Tick();
    }

    public void OnBeat(Slot from, uint number)
    {
        if (from.BeatHeard != 0)
            _loss.Heard(number - from.BeatHeard);
        from.BeatHeard = number;
    }

    public void OnProbe(Slot from, ref WireReader reader)
    {
        var message = _mail.Write(MessageKind.Ack);
        message.UInt32(reader.UInt32());
        _state.Summarise().Write(ref message);
        _mail.Send(from, message);
    }

    /// <summary>Another observer hears nothing of a member: look too. If it is this node, let all hear that it lives.</summary>
    public void OnDoubt(NetAddress subject, uint incarnation)
    {
        _observers.Refresh();
        if (subject == _state.Self.Address)
            AnswerDoubt();
        else if (_state.Judges
            && _state.View.FindLive(subject) is { } slot && slot.Rank < Observers.MaxObservers
            && slot.Record.Incarnation == incarnation && slot.Record.Status == RecordStatus.Alive)
            Begin(slot);
    }

    /// <summary>Somebody already alarms on this node: all that watch it hear from it at once.</summary>
    public void AnswerDoubt()
    {
        if (_state.Now < _answerDue)
            return;
        _answerDue = _state.Now + (_state.Judges ? AnswerPeriod : LateAnswerPeriod);
        SendBeats(Observers.MaxObservers);
    }

    public void Probe(Slot subject)
    {
        var message = _mail.Write(MessageKind.Probe);
        message.UInt32((uint)_state.Random.NextUInt64());
        _mail.Send(subject, message);
    }

    /// <summary>Signs that a member did not answer.</summary>
    public void RaiseAlarm(Slot subject)
    {
        var doubt = Begin(subject);
        doubt.Probes = ProbesNeeded;
        doubt.NextStep = _state.Now + RepeatPeriod;
        doubt.Alarm ??= Sign(subject);
        _alarms.Add(doubt.Alarm);
        _rumors.Tell(doubt.Alarm);
    }

    private Alarm Sign(Slot subject)
    {
        _state.Counters.Alarms++;
        return new Alarm(subject.Address, subject.Record.Incarnation, subject.Record.Salt, _state.Self.Address).Signed(_state.Signer);
    }

    private void SendBeats(int count)
    {
        for (var i = 0; i < Math.Min(count, _observers.OfMe.Length); i++)
        {
            var observer = _observers.OfMe[i];
            var message = _mail.Write(MessageKind.Beat);
            message.UInt32(++observer.BeatSent);
            _state.Summarise().Write(ref message);
            _mail.Send(observer, message);
        }
    }

    private void LookForSilence()
    {
        var (primary, silent) = (0, 0);
        foreach (var subject in _observers.Subjects)
        {
            if (subject.Rank >= Observers.BeatObservers)
                continue;
            primary++;
            if (_state.Now >= DoubtDue(subject) && !_doubts.ContainsKey(subject.Address))
            {
                _state.Raise(new MemberDoubted(subject.Id, subject.Address));
                Begin(subject);
                TellOfDoubt(subject);
            }
            silent += _doubts.ContainsKey(subject.Address) ? 1 : 0;
        }
        // If most of what this node hears fell silent, it asks itself first: everybody is probed before anybody is accused.
        if (silent >= 2 && silent * 2 > primary)
            _inquest.Open();
    }

    private Instant DoubtDue(Slot subject)
    {
        var heard = subject.HeardAt is { } at ? Instant.Max(at, subject.ObservedSince) : subject.ObservedSince;
        return Instant.Max(heard + Window, subject.TrustedUntil);
    }

    private Doubt Begin(Slot subject)
    {
        if (_doubts.TryGetValue(subject.Address, out var doubt) && doubt.IsCurrent)
            return doubt;
        _state.Counters.Doubts++;
        return _doubts[subject.Address] = new Doubt(subject, _state.Now);
    }

    private void TellOfDoubt(Slot subject)
    {
        var message = _mail.Write(MessageKind.Doubt);
        message.Address(subject.Address);
        message.UInt32(subject.Record.Incarnation);
        // The subject first: it may refute before anybody else has looked.
        _mail.Send(subject, message);
        foreach (var watcher in _observers.Of(subject))
        {
            if (!_state.IsMe(watcher))
                _mail.Send(watcher, message);
        }
    }

    private void StepDoubts()
    {
        _current.Clear();
        _current.AddRange(_doubts.Values);
        foreach (var doubt in _current)
        {
            if (!doubt.IsCurrent || doubt.IsAnswered)
                End(doubt);
            else if (_state.Now >= doubt.NextStep)
                Step(doubt);
        }
    }

    private void Step(Doubt doubt)
    {
        if (!_state.Judges)
        {
            // Asked again, all of it, once this node hears in time what is answered.
            (doubt.Probes, doubt.NextStep) = (0, _state.JudgesFrom);
            return;
        }
        Probe(doubt.Subject);
        doubt.NextStep = _state.Now + _state.Options.ProbePeriod;
        if (doubt.Probes++ < ProbesNeeded || _inquest.IsOpen)
            return;
        if (doubt.Alarm is not null)
            Insist(doubt.Subject);
        RaiseAlarm(doubt.Subject);
    }

    // Alarmed on, still silent, still in the view: perhaps others watch it by now, perhaps this node alone is cut off.
    private void Insist(Slot subject)
    {
        TellOfDoubt(subject);
        _inquest.Open();
    }

    private void End(Doubt doubt)
    {
        _doubts.Remove(doubt.Subject.Address);
        if (!doubt.IsAnswered)
            return;
        doubt.Subject.TrustedUntil = _state.Now + Window;
        _alarms.Withdraw(doubt.Subject);
    }
}

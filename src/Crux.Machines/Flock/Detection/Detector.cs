using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// A watch over the few that this node watches: silence raises a doubt, a doubt asks, first this node alone, then all observers; and
/// asking without an answer ends in a signed alarm.
/// </summary>
internal sealed class Detector
{
    /// <summary>A member that was cleared is not tried again for this long.</summary>
    public static readonly TimeSpan TrialRest = TimeSpan.FromSeconds(2);

    private readonly FlockState _state;
    private readonly Questions _questions;
    private readonly AlarmBook _alarms;
    private readonly Observers _observers;
    private readonly LossMeter _loss;
    private readonly Hearing _hearing;
    private readonly Pulse _pulse;
    private readonly Inquest _inquest;
    private readonly Survey _survey;
    private readonly Jury _jury;
    private readonly SortedDictionary<NetAddress, Doubt> _doubts = [];
    private readonly Recurrences _past;
    private readonly List<Doubt> _current = [];

    public Detector(FlockState state, Questions questions, AlarmBook alarms, Observers observers, LossMeter loss, Hearing hearing, Pulse pulse, Inquest inquest, Survey survey, Jury jury)
    {
        _past = new Recurrences(state);
        (_state, _questions, _alarms, _observers, _loss, _hearing, _pulse, _inquest, _survey, _jury) = (state, questions, alarms, observers, loss, hearing, pulse, inquest, survey, jury);
    }

    /// <summary>Members that this node, with others, holds for silent.</summary>
    public int DoubtCount { get; private set; }

    /// <summary>Somebody is in doubt, be it for this node alone: whatever is heard may end that.</summary>
    public bool IsAsking => _doubts.Count > 0;

    public Instant Due
    {
        get
        {
            var due = _inquest.Due;
            var window = _loss.WindowFor(_observers.BeatInterval);
            foreach (var subject in _observers.Subjects)
            {
                if (subject.Rank < Observers.BeatObservers && !_doubts.ContainsKey(subject.Address))
                    due = Instant.Min(due, Instant.Max(DoubtDue(subject, window), _state.JudgesFrom));
            }
            // To walk through a sorted table costs even where it is empty, and this is asked after every datagram.
            if (_doubts.Count > 0)
            {
                foreach (var doubt in _doubts.Values)
                    due = Instant.Min(due, doubt.NextStep);
            }
            return Instant.Min(due, _pulse.Due);
        }
    }

    /// <summary>Forgets what it held against others: it was this node that did not run.</summary>
    public void StartOver()
    {
        _doubts.Clear();
        DoubtCount = 0;
        _inquest.Drop();
        _alarms.WithdrawAll();
        foreach (var subject in _observers.Subjects)
            subject.ObservedSince = _state.Now;
    }

    public void Tick()
    {
        _observers.Refresh();
        _pulse.Tick();
        if (_hearing.IsPoor)
            _state.HearsPoorlyUntil = _state.Now + _state.Options.BeatPeriod;
        if (_state.Judges)
            LookForSilence();
        foreach (var silent in _inquest.Tick())
            RaiseAlarm(silent);
        StepDoubts();
    }

    /// <summary>A beat: its number, and how well its sender hears.</summary>
    public void OnBeat(Slot from, ushort number, byte hearing)
    {
        if (from.BeatHeard != 0)
            _loss.Heard((ushort)(number - from.BeatHeard));
        // One bit more than the number has: 0 is for none yet.
        from.BeatHeard = 0x1_0000u | number;
        _hearing.Heard(from.Address);
        if (!Hearing.SaysPoor(hearing) || !_state.Judges || from.Rank >= Observers.BeatObservers || _state.Now < from.TrustedUntil || _doubts.ContainsKey(from.Address))
            return;
        Share(Begin(from, isTrial: true));
    }

    public void OnAck(Slot from, uint number)
    {
        if (_doubts.TryGetValue(from.Address, out var doubt))
            doubt.OnAnswer(number);
    }

    /// <summary>Another observer doubts a member: ask too. If it is this node, let all hear that it lives.</summary>
    public void OnDoubt(NetAddress subject, uint incarnation, bool isTrial, TimeSpan patience)
    {
        _observers.Refresh();
        if (subject == _state.Self.Address)
        {
            _pulse.Answer();
            return;
        }
        if (!_state.Judges || _state.View.FindLive(subject) is not { } slot || slot.Rank == Slot.NotObserved
            || slot.Record.Incarnation != incarnation || slot.Record.Status != RecordStatus.Alive)
            return;
        var doubt = Begin(slot, isTrial);
        doubt.IsTrial |= isTrial;
        doubt.IsPrivate = false;
        doubt.SharedAt ??= _state.Now;
        doubt.Patience = TimeSpan.FromTicks(Math.Max(doubt.Patience.Ticks, Math.Min(patience.Ticks, _state.Options.MaxProbeTime.Ticks)));
    }

    /// <summary>Another observer was answered after a while: nobody is to be content with little.</summary>
    public void OnVouch(NetAddress subject, uint incarnation)
    {
        if (_doubts.TryGetValue(subject, out var doubt) && doubt.Record.Incarnation == incarnation && doubt.Alarm is null)
            doubt.Patience = TimeSpan.FromTicks(Math.Max(doubt.Patience.Ticks, _state.Options.LossyProbeTime.Ticks));
    }

    private void RaiseAlarm(Slot subject)
    {
        var doubt = Begin(subject, isTrial: false);
        doubt.SharedAt ??= doubt.StartedAt;
        RaiseAlarm(doubt);
    }

    // Whoever watches the subject tells the others that do; anybody else only knows for itself whom not to wait for.
    private void RaiseAlarm(Doubt doubt)
    {
        var subject = doubt.Record;
        var silentSince = doubt.Subject.HeardAt is { } heard && !doubt.IsTrial ? heard : doubt.StartedAt - _state.Options.BeatPeriod;
        var speaks = Array.IndexOf(_observers.Of(subject), _state.Self.Address) >= 0;
        if (doubt.Alarm is null || (speaks && doubt.Alarm.Signature.IsEmpty))
        {
            var alarm = Alarm.On(subject, _state.Self.Address, default);
            if (speaks)
                _state.Counters.Alarms++;
            doubt.Alarm = speaks ? alarm.Signed(_state.Signer) : alarm;
            (doubt.AlarmedAt, doubt.Tellings) = (_state.Now, 0);
        }
        _alarms.AddOwn(doubt.Alarm, silentSince + _jury.CutTime);
        doubt.NextTelling = _state.Now + Questions.TellingPeriod(doubt.Tellings++);
        if (!doubt.Alarm.Signature.IsEmpty)
            _questions.TellAlarm(doubt.Alarm, _state.Now - silentSince);
    }

    private void LookForSilence()
    {
        var (primary, silent) = (0, 0);
        var window = _loss.WindowFor(_observers.BeatInterval);
        foreach (var subject in _observers.Subjects)
        {
            if (subject.Rank >= Observers.BeatObservers)
                continue;
            primary++;
            if (_state.Now >= DoubtDue(subject, window))
                Begin(subject, isTrial: _past.IsMany(subject.Address)).IsPrivate = false;
            silent += _doubts.TryGetValue(subject.Address, out var doubt) && doubt is { SharedAt: not null, IsTrial: false } ? 1 : 0;
        }
        // If most of what this node hears fell silent, it asks itself first: many are probed before anybody is accused.
        if (silent >= 2 && silent * 2 > primary)
            _inquest.Open();
    }

    private static Instant DoubtDue(Slot subject, TimeSpan window)
    {
        var heard = subject.HeardAt is { } at ? Instant.Max(at, subject.ObservedSince) : subject.ObservedSince;
        return Instant.Max(heard + window, subject.TrustedUntil);
    }

    private Doubt Begin(Slot subject, bool isTrial)
    {
        if (_doubts.TryGetValue(subject.Address, out var doubt) && doubt.IsCurrent)
            return doubt;
        _state.Counters.Doubts++;
        subject.IsPinned = true;
        return _doubts[subject.Address] = new Doubt(subject, _state.Now, (uint)_state.Random.NextUInt64()) { IsTrial = isTrial, Patience = _loss.Patience };
    }

    private void Share(Doubt doubt)
    {
        if (doubt.SharedAt is null)
        {
            doubt.SharedAt = _state.Now;
            _state.Raise(new MemberDoubted(doubt.Subject.Id, doubt.Subject.Address));
        }
        doubt.NextTelling = _state.Now + Questions.TellingPeriod(doubt.Tellings++);
        _questions.TellDoubt(doubt);
    }

    private void StepDoubts()
    {
        DoubtCount = 0;
        if (_doubts.Count == 0)
            return;
        _current.Clear();
        _current.AddRange(_doubts.Values);
        // One doubt may be the reason for others: they are appended.
        for (var i = 0; i < _current.Count; i++)
        {
            var doubt = _current[i];
            DoubtCount += doubt.SharedAt is not null ? 1 : 0;
            if (!doubt.IsCurrent || (!doubt.IsTrial && doubt.IsHeard))
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
            _doubts.Remove(doubt.Subject.Address);
            doubt.Subject.TrustedUntil = _state.JudgesFrom;
            return;
        }
        var period = Period(doubt);
        if (_state.Now >= doubt.NextProbe)
        {
            _questions.Probe(doubt.Subject, doubt.NextNumber());
            doubt.NextProbe = _state.Now + period;
        }
        if (doubt.SharedAt is null && !doubt.IsPrivate && doubt.Sent > _state.Options.ProbesAlone)
            Share(doubt);
        else if (_state.Now >= doubt.NextTelling)
            TellAgain(doubt);
        if (doubt.Alarm is not null || _inquest.IsOpen)
            return;
        if (doubt.IsTrial)
            Weigh(doubt, period);
        else if (_state.Now - (doubt.SharedAt ?? doubt.StartedAt) is var asked && asked >= doubt.Patience && (doubt.SharedAt is not null || doubt.IsPrivate))
            RaiseAlarm(doubt);
        else if (doubt.SharedAt is not null && asked >= doubt.Patience / 2)
            AskAround(doubt);
    }

    private void Weigh(Doubt doubt, TimeSpan period)
    {
        var weight = doubt.Weight(period);
        if (weight >= Doubt.Guilty)
            RaiseAlarm(doubt);
        else if (weight <= Doubt.Cleared || doubt.Sent >= Doubt.MaxProbes)
            End(doubt);
    }

    private void TellAgain(Doubt doubt)
    {
        if (doubt.Alarm is null)
        {
            Share(doubt);
            return;
        }
        // Alarmed on, still silent, still in the view: perhaps others watch it by now, perhaps this node alone is cut off.
        if (_state.Now - doubt.AlarmedAt >= _state.Options.BeatPeriod && !doubt.IsTrial && !doubt.IsPrivate)
            _inquest.Open();
        RaiseAlarm(doubt);
    }

    // An observer that died with its subject can't speak: this node finds out whom it need not wait for. And whether it is the
    // network that failed.
    private void AskAround(Doubt doubt)
    {
        if (doubt.HasAskedAround)
            return;
        doubt.HasAskedAround = true;
        if (_state.View.LiveCount >= _state.Options.PartitionMinMembers)
            _survey.Open();
        foreach (var watcher in _observers.Of(doubt.Record))
        {
            if (watcher == _state.Self.Address || _doubts.ContainsKey(watcher) || _state.View.FindLive(watcher) is not { } slot)
                continue;
            var asked = Begin(slot, isTrial: false);
            asked.IsPrivate = true;
            _current.Add(asked);
        }
    }

    private void End(Doubt doubt)
    {
        _doubts.Remove(doubt.Subject.Address);
        doubt.Subject.IsPinned = Array.IndexOf(_observers.OfMe, doubt.Subject.Address) >= 0;
        if (!doubt.IsCurrent)
            return;
        doubt.Subject.TrustedUntil = _state.Now + (doubt.IsTrial ? TrialRest : TimeSpan.Zero);
        _alarms.Withdraw(doubt.Subject.Address);
        if (doubt.IsPrivate || doubt.IsTrial)
            return;
        _past.Add(doubt.Subject.Address);
        if (doubt.SharedAt is { } shared && _state.Now - shared >= _state.Options.VouchAfter)
            _questions.Vouch(doubt.Record);
    }

    private TimeSpan Period(Doubt doubt) =>
        doubt.Alarm is not null ? _state.Options.BeatPeriod / 4 : doubt.IsTrial ? _state.Options.ProbePeriod / 2 : _state.Options.ProbePeriod;
}

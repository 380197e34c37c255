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

    /// <summary>By then a member goes on whom enough observers alarm; or this node is the one that is cut off.</summary>
    public static readonly TimeSpan LongestCut = Jury.CutWait + Jury.GatherWait + Jury.MaxCutWait;

    private readonly FlockState _state;
    private readonly Questions _questions;
    private readonly AlarmBook _alarms;
    private readonly Observers _observers;
    private readonly LossMeter _loss;
    private readonly Ears _ears;
    private readonly Hearing _hearing;
    private readonly HearingTest _test;
    private readonly Pulse _pulse;
    private readonly Inquest _inquest;
    private readonly Survey _survey;
    private readonly Jury _jury;
    private readonly SortedDictionary<NetAddress, Doubt> _doubts = [];
    private readonly Recurrences _past;
    private readonly List<Doubt> _current = [];
    private readonly Predicate<NetAddress> _isInDoubt;
    private Instant _hearingDue;

    public Detector(FlockState state, Questions questions, AlarmBook alarms, Observers observers, LossMeter loss, Ears ears, Hearing hearing, HearingTest test, Pulse pulse, Inquest inquest, Survey survey, Jury jury)
    {
        (_past, _isInDoubt) = (new Recurrences(state), _doubts.ContainsKey);
        (_state, _questions, _alarms, _observers, _loss, _ears, _hearing, _test, _pulse, _inquest, _survey, _jury) = (state, questions, alarms, observers, loss, ears, hearing, test, pulse, inquest, survey, jury);
    }

    /// <summary>Members that this node, with others, holds for silent.</summary>
    public int DoubtCount { get; private set; }

    /// <summary>Somebody is in doubt, be it for this node alone: whatever is heard may end that.</summary>
    public bool IsAsking => _doubts.Count > 0;

    // Most doubts are over by then; and there is time left to find out about the other observers.
    private TimeSpan AskAroundAfter => _state.Options.ProbeTime / 4;

    public Instant Due
    {
        get
        {
            var due = Instant.Min(_inquest.Due, _test.Due);
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
            return Instant.Min(due, Instant.Min(_ears.Due, _pulse.Due));
        }
    }

    /// <summary>Forgets what it held against others: it was this node that did not run.</summary>
    public void StartOver()
    {
        _doubts.Clear();
        DoubtCount = 0;
        _inquest.Drop();
        _ears.Close();
        _alarms.WithdrawAll();
        foreach (var subject in _observers.Subjects)
            subject.ObservedSince = _state.Now;
    }

    public void Tick()
    {
        _observers.Refresh();
        _pulse.Tick();
        _test.Tick();
        // What is counted are seconds of beats: there is no need to look after each datagram.
        if (_state.Now >= _hearingDue)
        {
            _hearingDue = _state.Now + (_state.Options.BeatPeriod / 8);
            _hearing.Look();
            if (_hearing.IsPoor)
                _state.HearsPoorlyUntil = _state.Now + _state.Options.BeatPeriod;
        }
        if (_state.Judges)
            LookForSilence();
        foreach (var silent in _inquest.Tick())
            OnSilent(silent);
        foreach (var silent in _survey.TakeFound())
            OnFound(silent);
        var isTurn = _ears.Tick(_isInDoubt);
        StepDoubts(isTurn);
        if (!_inquest.IsOpen && !_current.Exists(static doubt => doubt.IsAsked))
            _ears.Close();
    }

    /// <summary>A beat: its number, and how well its sender hears.</summary>
    public void OnBeat(Slot from, ushort number, byte hearing)
    {
        if (from.BeatHeard != 0)
            _loss.Heard((ushort)(number - from.BeatHeard));
        // One bit more than the number has: 0 is for none yet.
        from.BeatHeard = 0x1_0000u | number;
        _hearing.Heard(from);
        if (!Hearing.SaysPoor(hearing) || !_state.Judges || from.Rank >= Observers.BeatObservers || _state.Now < from.TrustedUntil)
            return;
        // Those who get no beats of it doubt it over and over, and this beat would end that each time: it must become a trial instead.
        var doubt = Begin(from, isTrial: true);
        if (doubt.Alarm is not null || (doubt.IsTrial && doubt.SharedAt is not null))
            return;
        doubt.Try(_state.Now, _ears);
        Share(doubt);
    }

    /// <summary>An answer to a probe, and how many of this node's probes have come there.</summary>
    public void OnAck(Slot from, uint number, ushort heard)
    {
        _ears.OnAck(from, number);
        _test.OnAck(from, number);
        if (_doubts.TryGetValue(from.Address, out var doubt))
            doubt.OnAnswer(number, heard, _state.Now, _ears);
    }

    /// <summary>Another observer doubts a member: ask too. If it is this node, let all hear that it lives.</summary>
    public void OnDoubt(NetAddress subject, uint incarnation, bool isTrial)
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
        doubt.IsPrivate = false;
        doubt.SharedAt ??= _state.Now;
        doubt.Ask(_state.Now, _ears);
        if (isTrial)
            doubt.Try(_state.Now, _ears);
    }

    // Those that should have had its beats may have died with it: then nobody else misses it.
    private void OnFound(NetAddress silent)
    {
        if (!_state.Judges || _state.View.FindLive(silent) is not { Record.Status: RecordStatus.Alive } slot || slot.Rank == Slot.NotObserved)
            return;
        var doubt = Begin(slot, isTrial: false);
        if (doubt.SharedAt is not null || doubt.IsTrial)
            return;
        doubt.IsPrivate = false;
        Share(doubt);
    }

    // An inquest is enough to know whom not to wait for. An alarm that others count needs the asking of an observer.
    private void OnSilent(Slot subject)
    {
        var doubt = Begin(subject, isTrial: false);
        doubt.SharedAt ??= doubt.StartedAt;
        doubt.Ask(_state.Now, _ears);
        if (subject.Rank != Slot.NotObserved)
            return;
        doubt.SilentSince = _inquest.OpenedAt;
        RaiseAlarm(doubt);
    }

    // Whoever watches the subject tells the others that do; anybody else only knows for itself whom not to wait for.
    private void RaiseAlarm(Doubt doubt)
    {
        var subject = doubt.Record;
        var since = doubt.SilentSince ?? _state.Now;
        var speaks = Array.IndexOf(_observers.Of(subject), _state.Self.Address) >= 0;
        if (doubt.Alarm is null || (speaks && doubt.Alarm.Signature.IsEmpty))
        {
            var alarm = Alarm.On(subject, _state.Self.Address, default);
            if (speaks)
                _state.Counters.Alarms++;
            doubt.Alarm = speaks ? alarm.Signed(_state.Signer) : alarm;
            (doubt.AlarmedAt, doubt.Tellings, doubt.NextProbe) = (_state.Now, 0, _state.Now + _state.Options.ProbePeriod);
        }
        _alarms.AddOwn(doubt.Alarm, since + _jury.CutTime);
        doubt.NextTelling = _state.Now + Questions.TellingPeriod(doubt.Tellings++);
        if (!doubt.Alarm.Signature.IsEmpty)
            _questions.TellAlarm(doubt.Alarm, _state.Now - since);
    }

    private void LookForSilence()
    {
        var (primary, silent, since) = (0, 0, _state.Now);
        var window = _loss.WindowFor(_observers.BeatInterval);
        foreach (var subject in _observers.Subjects)
        {
            if (subject.Rank >= Observers.BeatObservers)
                continue;
            primary++;
            if (_state.Now >= DoubtDue(subject, window))
                Begin(subject, isTrial: _past.IsMany(subject.Address)).IsPrivate = false;
            if (!_doubts.TryGetValue(subject.Address, out var doubt) || doubt is not { SharedAt: not null, IsTrial: false })
                continue;
            silent++;
            since = Instant.Min(since, doubt.StartedAt);
        }
        // If most of what this node hears fell silent, it asks itself first: many are probed before anybody is accused.
        // If nobody at all was heard since the asking began, that was the inquest's beginning.
        if (silent >= 2 && silent * 2 > primary)
            _inquest.Open(IsDeafSince(since) ? since : _state.Now);
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
        doubt = _doubts[subject.Address] = new Doubt(subject, _state.Now);
        if (isTrial)
            doubt.Try(_state.Now, _ears);
        return doubt;
    }

    private void Share(Doubt doubt)
    {
        if (doubt.SharedAt is null)
        {
            doubt.SharedAt = _state.Now;
            // Who heard nobody asked alone for long, and that counts: there was nobody who could have answered sooner.
            doubt.Ask(IsDeafSince(doubt.StartedAt) ? doubt.StartedAt : _state.Now, _ears);
            _state.Raise(new MemberDoubted(doubt.Subject.Id, doubt.Subject.Address));
        }
        doubt.NextTelling = _state.Now + Questions.TellingPeriod(doubt.Tellings++);
        _questions.TellDoubt(doubt);
    }

    private void StepDoubts(bool isTurn)
    {
        DoubtCount = 0;
        _current.Clear();
        if (_doubts.Count == 0)
            return;
        _current.AddRange(_doubts.Values);
        // One doubt may be the reason for others: they are appended.
        for (var i = 0; i < _current.Count; i++)
        {
            var doubt = _current[i];
            DoubtCount += doubt is { SharedAt: not null, IsTrial: false } ? 1 : 0;
            if (!doubt.IsCurrent || (!doubt.IsTrial && doubt.IsHeard))
                End(doubt);
            else if ((doubt.IsAsked && isTurn) || _state.Now >= doubt.NextStep)
                Step(doubt, isTurn);
        }
        _current.RemoveAll(doubt => !_doubts.ContainsKey(doubt.Record.Address));
    }

    private void Step(Doubt doubt, bool isTurn)
    {
        if (!_state.Judges)
        {
            // Asked again, all of it, once this node hears in time what is answered.
            _doubts.Remove(doubt.Subject.Address);
            doubt.Subject.TrustedUntil = _state.JudgesFrom;
            return;
        }
        Probe(doubt, isTurn);
        if (doubt.SharedAt is null && !doubt.IsPrivate && MayShare(doubt))
            Share(doubt);
        else if (_state.Now >= doubt.NextTelling)
            TellAgain(doubt);
        if (!doubt.IsAsked || _inquest.IsOpen)
            return;
        if (doubt.IsSilent(_state.Now, _ears, _state.Options) || doubt.Trial?.IsDeaf() == true)
            RaiseAlarm(doubt);
        else if (doubt.Trial is { } trial)
            EndIfDecided(doubt, trial);
        else if (doubt.SharedAt is not null && _state.Now - doubt.AskedSince >= AskAroundAfter)
            AskAround(doubt);
    }

    // Of two there is nobody else to spare. And who hears nobody at all must not have all others ask all that it watches: it waits for
    // as long as its own ears may be the cause.
    private bool MayShare(Doubt doubt) =>
        _state.View.ReachableCount == 2
        || (doubt.Sent > _loss.ProbesAlone && (!IsDeafSince(doubt.StartedAt) || _state.Now - doubt.StartedAt >= _state.Options.ProbeTime));

    private bool IsDeafSince(Instant at) => _state.HeardAt <= at;

    // While an alarm may come of it, with each turn and as often as those that are well; else now and then.
    private void Probe(Doubt doubt, bool isTurn)
    {
        if (doubt.IsAsked ? !isTurn : _state.Now < doubt.NextProbe)
            return;
        for (var i = doubt.IsAsked ? _ears.ProbesAtOnce : 1; i > 0; i--)
            _questions.Probe(doubt.Subject);
        // If the first was in vain: does this node hear anybody?
        if (!doubt.IsAsked && doubt.Sent > 0 && doubt.Alarm is null && IsDeafSince(doubt.StartedAt))
            _ears.Test(_isInDoubt);
        doubt.Sent++;
        doubt.NextProbe = _state.Now + (doubt.Alarm is null ? _state.Options.ProbePeriod : _state.Options.BeatPeriod / 4);
    }

    private void EndIfDecided(Doubt doubt, Trial trial)
    {
        if (trial.IsDeaf() is not null || _state.Now - doubt.StartedAt >= Trial.MaxLength)
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
        if (_state.Now - doubt.AlarmedAt >= LongestCut && !doubt.IsTrial && !doubt.IsPrivate)
            _inquest.Open(_state.Now);
        RaiseAlarm(doubt);
    }

    // An observer that died with its subject can't speak: this node finds out whom it need not wait for. And whether it is the
    // network that failed.
    private void AskAround(Doubt doubt)
    {
        // A node that is deaf for the moment would find everybody silent.
        if (doubt.HasAskedAround || (_ears.IsDeaf && _state.Now - doubt.AskedSince < _state.Options.ProbeTime))
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
            asked.Ask(_state.Now, _ears);
            // If it is silent, it fell silent with the one that both were to watch.
            asked.SilentSince = doubt.SilentSince;
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
        // A few lost beats are nothing; who leaves several probes unanswered again and again is not well.
        if (doubt is { SharedAt: not null, IsTrial: false })
            _past.Add(doubt.Subject.Address);
    }
}

using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// How the end of a member becomes known to all: its observers' alarms, bundled, go from everyone who has found them sufficient to a
/// few others, a few times. Nobody passes on what it has not checked.
/// </summary>
internal sealed class Verdicts(FlockState state, Mail mail, AlarmBook alarms)
{
    /// <summary>Members told in one round.</summary>
    public const int Fanout = 4;

    /// <summary>Rounds in which a verdict is passed on. At 30 % loss eleven copies of sixteen arrive: one node in 70,000 gets none.</summary>
    public const int Rounds = 4;

    /// <summary>Verdicts under way at once; beyond it the network has failed, and not those members.</summary>
    public const int MaxUnderWay = 512;

    /// <summary>Verdicts that wait for a key.</summary>
    public const int MaxWaiting = 128;

    /// <summary>Datagrams made in one round, each sent to <see cref="Fanout"/> members.</summary>
    public const int MaxDatagramsPerRound = 4;

    /// <summary>How long a verdict waits for keys.</summary>
    public static readonly TimeSpan WaitingTime = TimeSpan.FromSeconds(4);

    /// <summary>Time after which a key is asked for again, of whoever brings the verdict then.</summary>
    public static readonly TimeSpan AskPeriod = TimeSpan.FromMilliseconds(100);

    private readonly List<(Verdict Verdict, int Left)> _underWay = [];
    private readonly List<(Verdict Verdict, NetAddress From, Instant At, Instant AskDue)> _waiting = [];
    private readonly List<MemberRecord> _targets = [];
    private ulong _blobs;
    private Instant _lastRound;

    /// <summary>While this holds nothing is passed on: it is being found out whether the network failed.</summary>
    public bool IsHeldBack { get; set; }

    public Instant Due
    {
        get
        {
            var due = _underWay.Count == 0 || IsHeldBack ? Instant.Never : _lastRound + state.Options.GossipPeriod;
            foreach (var (_, _, _, askDue) in _waiting)
                due = Instant.Min(due, askDue);
            return _waiting.Count > 0 && _blobs != state.BlobsLearnt ? state.Now : due;
        }
    }

    /// <summary>This node has found alarms sufficient: others are to know them.</summary>
    public void Spread(Verdict verdict)
    {
        if (verdict.Alarms.Count > 0 && _underWay.Count < MaxUnderWay && !_underWay.Exists(entry => entry.Verdict.Subject == verdict.Subject))
            _underWay.Add((verdict, Rounds));
    }

    public void Drop()
    {
        _underWay.Clear();
        IsHeldBack = false;
    }

    public bool OnVerdicts(Slot from, ref WireReader reader)
    {
        while (!reader.AtEnd && !reader.Failed)
        {
            if (Verdict.Read(ref reader, state.View) is { } verdict)
                Take(verdict, from.Address);
        }
        return !reader.Failed;
    }

    public void Tick()
    {
        Reconsider();
        if (_underWay.Count == 0 || IsHeldBack || state.Now < _lastRound + state.Options.GossipPeriod)
            return;
        _lastRound = state.Now;
        ChooseTargets();
        var next = 0;
        for (var made = 0; made < MaxDatagramsPerRound && next < _underWay.Count; made++)
        {
            var message = mail.Write(MessageKind.Verdicts);
            for (; next < _underWay.Count && message.Room >= _underWay[next].Verdict.SizeBytes; next++)
                _underWay[next].Verdict.Write(ref message, state.Now);
            foreach (var target in _targets)
                mail.Send(target, message);
        }
        Age(next);
    }

    private void Take(Verdict verdict, NetAddress from)
    {
        var isKnown = _underWay.Exists(entry => entry.Verdict.Subject == verdict.Subject);
        if ((isKnown && !verdict.IsLast) || IsProven(verdict) || isKnown)
            return;
        var place = _waiting.FindIndex(entry => entry.Verdict.Subject == verdict.Subject);
        if (place >= 0)
        {
            // Whoever brings it now may be easier to reach, and has the keys of the alarms that it brings: another's may be of other observers.
            _waiting[place] = _waiting[place] with { Verdict = verdict, From = from };
            return;
        }
        if (_waiting.Count == MaxWaiting)
            return;
        _waiting.Add((verdict, from, state.Now, state.Now + AskPeriod));
        AskForKeys(verdict, from);
    }

    private bool IsProven(Verdict verdict)
    {
        var isProven = true;
        foreach (var alarm in verdict.Alarms)
            isProven &= alarms.Add(alarm, Instant.Min(verdict.CutAt, state.Now + Jury.LongestWait)) != AlarmFinding.Unproven;
        if (isProven && verdict.IsLast)
            alarms.Hasten(verdict.Subject, verdict.CutAt);
        return isProven;
    }

    private void Reconsider()
    {
        var hasNews = _blobs != state.BlobsLearnt;
        _blobs = state.BlobsLearnt;
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var (verdict, from, at, askDue) = _waiting[i];
            if (state.Now - at >= WaitingTime || !state.View.TryGet(verdict.Subject.Address, out var record) || record != verdict.Subject || (hasNews && IsProven(verdict)))
            {
                _waiting.RemoveAt(i);
            }
            else if (state.Now >= askDue)
            {
                _waiting[i] = (verdict, from, at, state.Now + AskPeriod);
                AskForKeys(verdict, from);
            }
        }
    }

    private void AskForKeys(Verdict verdict, NetAddress from)
    {
        if (!state.View.TryGet(from, out var holder))
            return;
        var message = mail.Write(MessageKind.WantBlobs);
        foreach (var alarm in verdict.Alarms)
        {
            if (state.View.BlobOf(alarm.Observer) is null)
                message.Address(alarm.Observer);
        }
        if (message.Length > 1)
            mail.Send(holder, message);
    }

    private void ChooseTargets()
    {
        _targets.Clear();
        for (var i = 0; i < Fanout; i++)
        {
            var member = state.View.AnyReachable(state.Random);
            if (!state.IsMe(member) && !_targets.Contains(member))
                _targets.Add(member);
        }
    }

    private void Age(int sent)
    {
        for (var i = sent - 1; i >= 0; i--)
        {
            if (_underWay[i].Left > 1)
                _underWay[i] = (_underWay[i].Verdict, _underWay[i].Left - 1);
            else
                _underWay.RemoveAt(i);
        }
    }
}

using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>All that finds out who is gone, put together; and what others say of it, taken apart.</summary>
internal sealed class DetectionParts
{
    private readonly FlockState _state;
    private readonly Questions _questions;
    private readonly AlarmBook _alarms;
    private readonly Pulse _pulse;

    public DetectionParts(FlockState state, Mail mail, Observers observers, AlarmBook alarms, Census census)
    {
        (_state, _alarms) = (state, alarms);
        var loss = new LossMeter(state.Options);
        _questions = new Questions(state, mail, observers);
        var test = new HearingTest(state, _questions);
        var hearing = new Hearing(state, observers, test);
        _pulse = new Pulse(state, mail, observers, hearing);
        var ears = new Ears(state, _questions, loss);
        var survey = new Survey(state, _questions);
        var inquest = new Inquest(state, _questions, survey, ears);
        Verdicts = new Verdicts(state, mail, alarms);
        Jury = new Jury(state, alarms, observers, Verdicts, inquest, survey, census);
        Detector = new Detector(state, _questions, alarms, observers, loss, ears, hearing, test, _pulse, inquest, survey, Jury);
    }

    public Detector Detector { get; }

    public Jury Jury { get; }

    public Verdicts Verdicts { get; }

    public bool OnBeat(Slot sender, ref WireReader reader)
    {
        var (number, hearing) = (reader.UInt16(), reader.Byte());
        if (reader.Failed)
            return false;
        Detector.OnBeat(sender, number, hearing);
        return true;
    }

    public bool OnAck(Slot sender, ref WireReader reader)
    {
        var (number, heard) = (reader.UInt32(), reader.UInt16());
        if (reader.Failed)
            return false;
        Detector.OnAck(sender, number, heard);
        return true;
    }

    public bool TryTake(Slot sender, MessageKind kind, ref WireReader reader)
    {
        switch (kind)
        {
            case MessageKind.Probe:
                _questions.OnProbe(sender, ref reader);
                return !reader.Failed;
            case MessageKind.Doubt:
                var doubt = Questions.ReadDoubt(ref reader);
                if (!reader.Failed)
                    Detector.OnDoubt(doubt.Subject, doubt.Incarnation, doubt.IsTrial);
                return !reader.Failed;
            case MessageKind.Alarm:
                return OnAlarm(sender, ref reader);
            default:
                return Verdicts.OnVerdicts(sender, ref reader);
        }
    }

    private bool OnAlarm(Slot sender, ref WireReader reader)
    {
        var (alarm, asked) = Questions.ReadAlarm(sender, _state.View, ref reader);
        if (reader.Failed)
            return false;
        // Whoever has not heard of the doubt hears of it now.
        Detector.OnDoubt(alarm.Subject, alarm.Incarnation, isTrial: false);
        if (_alarms.Add(alarm, _state.Now - asked + Jury.CutTime) == AlarmFinding.Unproven)
            _state.WantBlob(sender);
        return true;
    }
}
